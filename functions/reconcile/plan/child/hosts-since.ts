/**
 * Since when a child has each of its names, so that an edit does not lose a route its place before a later claimant.
 *
 * Nothing in the cluster says it: creation is that of the whole child, and the time of our last apply moves with every
 * edit. So names that came after the creation are recorded on the child with their time, and besides them only names
 * that a later wildcard took out of the child's list.
 *
 * @module
 */
import { wildcardOver } from "../../../integrations/names.ts";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import { readTextMap, writeTextMap } from "./text-map.ts";

/** A JSON object: name to RFC 3339 time. */
export const HOSTS_SINCE_ANNOTATION = "traefik-cert-rotater.io/hosts-since";

/** The names that a child has, and since when. */
export interface HeldNames {
  /** As they stand in its spec. */
  readonly names: ReadonlySet<string>;
  /** The names whose time is recorded, listed or not. */
  readonly recorded: Iterable<string>;
  /** RFC 3339; null where the child has neither the name nor a wildcard over it. */
  since(name: string): string | null;
}

/** What the child has, `names` being those in its spec. Reads its record once. */
export function heldNames(child: KubernetesObject, names: readonly string[]): HeldNames {
  const [standing, record] = [new Set(names), readTextMap(child, HOSTS_SINCE_ANNOTATION)];
  // Empty where the API server has not said when the child was created.
  const created = child.metadata.creationTimestamp ?? "";
  const sinceOf = (name: string) => {
    const since = record.get(name);
    // Nobody has a name for longer than the child is there, whatever its annotations say.
    return since !== undefined && since > created ? since : created;
  };
  return {
    names: standing,
    recorded: record.keys(),
    since(name) {
      const wildcard = wildcardOver(name);
      if (wildcard === null || !standing.has(wildcard)) return standing.has(name) ? sinceOf(name) : null;
      const covered = sinceOf(wildcard);
      // A name that was there before the wildcard does not lose its place for no longer being listed.
      const own = standing.has(name) || record.has(name) ? sinceOf(name) : covered;
      return [own, covered].sort()[0] ?? covered;
    },
  };
}

/** The child with the record of its names, as it follows from the live one. `now` is RFC 3339. */
export function withHostsSince(
  child: KubernetesObject,
  live: KubernetesObject | null,
  namesOf: (spec: unknown) => readonly string[],
  now: string,
): KubernetesObject {
  if (live === null) return child;
  const had = heldNames(live, namesOf(live.spec));
  const created = live.metadata.creationTimestamp ?? "";
  const names = new Set(namesOf(child.spec));
  const since = new Map<string, string>();
  for (const name of names) {
    const first = had.since(name) ?? now;
    if (first > created) since.set(name, first);
  }
  for (const name of [...had.names, ...had.recorded]) {
    const wildcard = wildcardOver(name);
    if (names.has(name) || wildcard === null || !names.has(wildcard)) continue;
    const first = had.since(name);
    if (first !== null && first < (had.since(wildcard) ?? now)) since.set(name, first);
  }
  if (since.size === 0) return child;
  const annotations = { ...child.metadata.annotations, [HOSTS_SINCE_ANNOTATION]: writeTextMap(since) };
  return { ...child, metadata: { ...child.metadata, annotations } };
}

/** RFC 3339 in whole seconds, as the API server writes times. `milliseconds` since the epoch. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
