/**
 * Which children this process has made and looked at again after the write. Each write comes back as an event, and one
 * whose writer may have died before it looked is looked at by whoever gets the event.
 *
 * @module
 */
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { ChildReference } from "../../work.ts";
import type { Execute } from "./execute.ts";

/** More than are on their way back as events at one time. */
const MAX_REMEMBERED = 10_000;
/** An event that comes later than this is looked at, in case it is another's. */
const EXPECTED_FOR_MS = 60_000;

interface Creation {
  /** What its attempt has made and found right afterwards. */
  readonly verified: Promise<readonly KubernetesObject[]>;
  readonly until: number;
}

/** Children that one attempt makes. */
export interface Creations {
  /** Remembers what it creates, from before the write on: the event may be faster than the answer. */
  readonly execute: Execute;
  /** Says which of them were made and verified. Must be called. */
  end(verified: readonly KubernetesObject[]): void;
}

export class VerifiedWrites {
  readonly #uids = new Set<string>();
  /** The `add` event of each is still to come. */
  readonly #creations = new Map<string, Creation>();
  readonly #now: () => number;

  /** `now` is in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(objects: readonly KubernetesObject[]): void {
    for (const { metadata } of objects) {
      if (this.#uids.size >= MAX_REMEMBERED) this.#uids.clear();
      if (metadata.uid !== undefined) this.#uids.add(metadata.uid);
    }
  }

  has({ metadata }: KubernetesObject): boolean {
    return metadata.uid !== undefined && this.#uids.has(metadata.uid);
  }

  begin(execute: Execute): Creations {
    const { promise: verified, resolve: end } = Promise.withResolvers<readonly KubernetesObject[]>();
    return {
      end,
      execute: (resource, namespace, step) => {
        if (step.action === "create") this.#expect(resource, namespace, step.child.metadata.name, verified);
        return execute(resource, namespace, step);
      },
    };
  }

  /**
   * Whether an `add` event of the child is that of a creation here, which was verified. Each creation has one such event,
   * and for one it is answered so: of a child that was made again by somebody there is a second, which is looked at.
   * Waits for a verification that is under way.
   */
  async isOwnAdd(child: ChildReference): Promise<boolean> {
    const key = keyOf(child, child.namespace, child.name);
    const creation = this.#creations.get(key);
    if (creation === undefined) return false;
    const verified = await creation.verified;
    // Somebody else may have waited for it too.
    if (this.#creations.get(key) !== creation) return false;
    this.#creations.delete(key);
    const isVerified = verified.some(
      ({ kind, metadata: { namespace, name } }) =>
        kind === child.kind && namespace === child.namespace && name === child.name,
    );
    return isVerified && this.#now() < creation.until;
  }

  /** The child has been deleted: what is made of its name from now on is looked at. */
  forget(child: ChildReference): void {
    this.#creations.delete(keyOf(child, child.namespace, child.name));
  }

  #expect(
    resource: ResourceDefinition,
    namespace: string,
    name: string,
    verified: Creation["verified"],
  ): void {
    if (this.#creations.size >= MAX_REMEMBERED) this.#creations.clear();
    this.#creations.set(keyOf(resource, namespace, name), {
      verified,
      until: this.#now() + EXPECTED_FOR_MS,
    });
  }
}

function keyOf({ group, kind }: { group: string; kind: string }, namespace: string, name: string): string {
  return `${group}/${kind}/${namespace}/${name}`;
}
