/**
 * Deletions that an event left to a resync of everything. A burst of such events must not become a burst of resyncs,
 * so a process remembers for a while what it has put to one, and that the last one blocked everything.
 *
 * @module
 */

/** A block lasts until a person acts. */
const BLOCKED_MS = 5 * 60_000;
/** A child that could not be deleted is not asked for again so soon; nor is one that came to be unwanted once more. */
const ASKED_MS = 30_000;
const MAX_REMEMBERED = 10_000;

export class DeferredDeletions {
  readonly #now: () => number;
  /** When a resync was last asked to delete the child, by uid. */
  readonly #asked = new Map<string, number>();
  #blockedSince: number | null = null;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A resync of everything has just blocked deletions: another one would do the same. */
  get isBlocked(): boolean {
    return this.#blockedSince !== null && this.#now() - this.#blockedSince < BLOCKED_MS;
  }

  /** To be called after every resync of everything. */
  resynced(blocked: number): void {
    this.#blockedSince = blocked > 0 ? this.#now() : null;
  }

  /** Whether these children are a reason for a resync of everything; asks but once for each. */
  takeUp(uids: readonly string[]): boolean {
    const now = this.#now();
    const isNew = (uid: string) => now - (this.#asked.get(uid) ?? Number.NEGATIVE_INFINITY) >= ASKED_MS;
    const fresh = uids.filter(isNew);
    if (fresh.length === 0 || this.isBlocked) return false;
    if (this.#asked.size + fresh.length > MAX_REMEMBERED) this.#asked.clear();
    for (const uid of fresh) this.#asked.set(uid, now);
    return true;
  }

  /** The resync did not get to its end, and who sent the event comes again. */
  putBack(uids: readonly string[]): void {
    for (const uid of uids) this.#asked.delete(uid);
  }
}
