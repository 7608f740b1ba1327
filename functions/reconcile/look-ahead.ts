/**
 * Looking ahead. The source sends one event of a kind at a time and waits for the answer, so after an `apply` of many
 * routes each would wait for the work of all before it. When events come back to back, the routes that changed since are
 * worked on side by side, as a watch shows them, and the events that follow find their work done. What an event is
 * answered still is about its own route: that was reconciled at the very version it has when the event comes.
 *
 * Nothing outlives the burst. What is kept of a route (its version and the report) is used once, by its event.
 *
 * @module
 */
import type { KubernetesClient } from "../kubernetes/client.ts";
import { ForbiddenError, KubernetesError } from "../kubernetes/errors.ts";
import type { KubernetesObject, ResourceDefinition } from "../kubernetes/objects.ts";
import type { WatchChange } from "../kubernetes/watch.ts";
import type { Logger } from "../log.ts";
import type { Report } from "./apply/report.ts";

/** Routes that are worked on ahead of their events at one time. */
const AT_ONCE = 8;
/** Routes that are known to have changed; the events of more find nothing done. */
const MAX_AHEAD = 2_000;
/** Characters of a route; a larger one waits for its event, or some hundreds would fill the memory. */
const MAX_SIZE = 16_384;
/** Events that came right after one another before somebody looks ahead. */
const STREAK = 2;
/** The burst is over when no event came for so long: a busy sender pauses for a second, and what was done would be done again. */
const QUIET_MS = 3_000;
/** After a watch has failed. */
const PAUSE_MS = 10_000;
/** After the sender had several events in flight. */
const BROKER_PAUSE_MS = 2_000;

export interface LookAheadOptions {
  readonly resource: ResourceDefinition;
  readonly client: Pick<KubernetesClient, "get" | "watch">;
  /** Reconciles a route as it was just seen. `isNew`: it has only just been made. */
  readonly reconcile: (route: KubernetesObject, isNew: boolean) => Promise<Report>;
  /** Called when nothing is left to be done ahead. */
  readonly onIdle: () => void;
  /** Keeps the process until the work has ended. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
  /** The process ends: nothing more is begun. */
  readonly isDraining: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: Pick<Logger, "debug">;
}

/** A route that changed and whose event is still to come. */
interface Ahead {
  readonly version: string;
  readonly place: number;
  /** Begins the work, or answers with what was begun. */
  start(): Promise<Report>;
}

type Named = Pick<KubernetesObject["metadata"], "namespace" | "name">;

export class LookAhead {
  readonly #options: LookAheadOptions;
  readonly #ahead = new Map<string, Ahead>();
  /** Those of them that nobody works on, in the order of their changes. */
  readonly #waiting = new Map<string, Ahead>();
  /** Routes whose events were handled without anything done ahead: the watch may tell of them late. */
  readonly #handled = new Set<string>();
  /** Routes that were reconciled as new ones: a later watch that shows them again must not take them for new again. */
  readonly #wasNew = new Set<string>();
  #running = 0;
  #places = 0;
  #watch: AbortController | null = null;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** Events that are being handled; a source that waits for answers has one. */
  #open = 0;
  #streak = 0;
  #last = { answeredAt: Number.NEGATIVE_INFINITY, took: 0 };
  #quiet: NodeJS.Timeout | undefined;

  constructor(options: LookAheadOptions) {
    this.#options = options;
  }

  /** Handles an event about the route: with what was done ahead, or by `run`. */
  async handle(route: Required<Named>, run: () => Promise<Report>): Promise<Report> {
    const { now } = this.#options;
    const startedAt = now();
    this.#begin(route, startedAt);
    try {
      const report = await this.#takeUp(route);
      if (report !== null) return report;
      if (this.#watch !== null && this.#handled.size < MAX_AHEAD) this.#handled.add(keyOf(route));
      return await run();
    } finally {
      const answeredAt = now();
      this.#last = { answeredAt, took: answeredAt - startedAt };
      this.#open--;
      clearTimeout(this.#quiet);
      if (this.#watch !== null) this.#quiet = setTimeout(() => this.#stop(), QUIET_MS).unref();
    }
  }

  #begin(route: Required<Named>, startedAt: number): void {
    const { answeredAt, took } = this.#last;
    this.#open++;
    // One that takes long is no pause.
    clearTimeout(this.#quiet);
    if (this.#open > 1) {
      // Who sends several at a time, as a broker does, needs nobody to look ahead; other replicas are at work, too.
      this.#streak = 0;
      this.#pausedUntil = Math.max(this.#pausedUntil, startedAt + BROKER_PAUSE_MS);
      this.#stop();
      return;
    }
    // Of two replicas that get the events in turn each waits as long as the other works, so neither looks ahead.
    this.#streak = startedAt - answeredAt < took / 2 ? this.#streak + 1 : 0;
    if (this.#watch === null && this.#streak >= STREAK && startedAt >= this.#pausedUntil) {
      void this.#look(route, startedAt);
    }
  }

  async #look(from: Required<Named>, startedAt: number): Promise<void> {
    const { client, resource, log } = this.#options;
    const watch = new AbortController();
    this.#watch = watch;
    try {
      const { namespace, name } = from;
      const since = (await client.get({ resource, namespace, name }))?.metadata.resourceVersion;
      if (since === undefined || watch.signal.aborted) return;
      const onChange = (change: WatchChange) => this.#see(change);
      await client.watch(resource, { since, onChange, signal: watch.signal });
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      log.debug({ kind: resource.kind, error: error.message }, "nobody looks ahead");
      this.#pausedUntil = error instanceof ForbiddenError ? Number.POSITIVE_INFINITY : startedAt + PAUSE_MS;
    } finally {
      if (this.#watch === watch) this.#stop();
    }
  }

  #stop(): void {
    clearTimeout(this.#quiet);
    this.#watch?.abort();
    this.#watch = null;
    this.#ahead.clear();
    this.#waiting.clear();
    this.#handled.clear();
    this.#pump();
  }

  #see({ type, object, size }: WatchChange): void {
    const key = keyOf(object.metadata);
    this.#waiting.delete(key);
    this.#ahead.delete(key);
    if (type === "DELETED" || object.metadata.deletionTimestamp !== undefined || size > MAX_SIZE) return;
    if (this.#options.isDraining()) this.#stop();
    if (this.#watch === null || this.#handled.has(key) || this.#ahead.size >= MAX_AHEAD) return;
    const { reconcile } = this.#options;
    const isNew =
      type === "ADDED" && object.metadata.generation === 1 && !this.#wasNew.has(versionOf(object));
    let report: Promise<Report> | null = null;
    const ahead: Ahead = {
      version: versionOf(object),
      place: this.#places++,
      start: () => {
        if (isNew) this.#rememberNew(object);
        report ??= this.#work(() => reconcile(object, isNew));
        return report;
      },
    };
    this.#ahead.set(key, ahead);
    this.#waiting.set(key, ahead);
    this.#pump();
  }

  #rememberNew(object: KubernetesObject): void {
    if (this.#wasNew.size >= MAX_AHEAD) this.#wasNew.clear();
    this.#wasNew.add(versionOf(object));
  }

  async #work(reconcile: () => Promise<Report>): Promise<Report> {
    this.#running++;
    try {
      return await this.#options.track(reconcile());
    } finally {
      this.#running--;
      this.#pump();
    }
  }

  #pump(): void {
    if (this.#options.isDraining()) this.#waiting.clear();
    for (const [key, ahead] of this.#waiting) {
      if (this.#running >= AT_ONCE) return;
      this.#waiting.delete(key);
      // Whose event comes sees how it ended.
      ahead.start().catch(() => undefined);
    }
    if (this.#running === 0) this.#options.onIdle();
  }

  /** The report where the route was reconciled as it is now; null where it is still to be done. */
  async #takeUp(route: Required<Named>): Promise<Report | null> {
    const key = keyOf(route);
    const ahead = this.#ahead.get(key);
    if (ahead === undefined) return null;
    this.#forgetUpTo(ahead);
    const { client, resource } = this.#options;
    const { namespace, name } = route;
    // Asked for after the event came: what was done at this version answers it.
    const [live, report] = await Promise.allSettled([
      client.get({ resource, namespace, name }),
      ahead.start(),
    ]);
    if (live.status === "rejected" || report.status === "rejected") return null;
    const isCurrent = live.value !== null && versionOf(live.value) === ahead.version;
    return isCurrent && report.value.retry === null ? report.value : null;
  }

  /** Events come in the order of the changes: those before have come, or never will. */
  #forgetUpTo({ place }: Ahead): void {
    for (const [key, ahead] of this.#ahead) {
      if (ahead.place > place) return;
      this.#ahead.delete(key);
      this.#waiting.delete(key);
    }
  }
}

function keyOf({ namespace, name }: Named): string {
  return `${namespace}/${name}`;
}

function versionOf({ metadata }: KubernetesObject): string {
  return `${metadata.uid}/${metadata.resourceVersion}`;
}
