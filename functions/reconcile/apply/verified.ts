/**
 * Which children this process has made and looked at again after the write. Each write comes back as an event, and one
 * whose writer may have died before it looked is looked at by whoever gets the event.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";

/** More than are on their way back as events at one time. */
const MAX_REMEMBERED = 10_000;

export class VerifiedWrites {
  readonly #uids = new Set<string>();

  add(objects: readonly KubernetesObject[]): void {
    for (const { metadata } of objects) {
      if (this.#uids.size >= MAX_REMEMBERED) this.#uids.clear();
      if (metadata.uid !== undefined) this.#uids.add(metadata.uid);
    }
  }

  has({ metadata }: KubernetesObject): boolean {
    return metadata.uid !== undefined && this.#uids.has(metadata.uid);
  }
}
