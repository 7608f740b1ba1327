/**
 * Since when a child has each of its names, so that an edit does not lose a route its place before a later claimant.
 *
 * Nothing in the cluster says it: creation is that of the whole child, and the time of our last apply moves with every
 * edit. So names that came after the creation are recorded on the child with their time, and only they.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";

/** A JSON object: name to RFC 3339 time. */
export const HOSTS_SINCE_ANNOTATION = "traefik-cert-rotater.io/hosts-since";

/** The child with the record of its names, as it follows from the live one. `now` is RFC 3339. */
export function withHostsSince(
  child: KubernetesObject,
  live: KubernetesObject | null,
  namesOf: (spec: unknown) => readonly string[],
  now: string,
): KubernetesObject {
  if (live === null) return child;
  const [had, recorded] = [new Set(namesOf(live.spec)), recordOf(live)];
  const since = new Map<string, string>();
  for (const name of new Set(namesOf(child.spec))) {
    if (!had.has(name)) since.set(name, now);
    else if (recorded[name] !== undefined) since.set(name, recorded[name]);
  }
  if (since.size === 0) return child;
  const text = JSON.stringify(
    Object.fromEntries([...since].sort(([one], [other]) => (one < other ? -1 : 1))),
  );
  const annotations = { ...child.metadata.annotations, [HOSTS_SINCE_ANNOTATION]: text };
  return { ...child, metadata: { ...child.metadata, annotations } };
}

/** RFC 3339 in whole seconds, as the API server writes times. `milliseconds` since the epoch. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}

/** RFC 3339; empty where the API server has not said when the child was created. */
export function heldSince(child: KubernetesObject, name: string): string {
  const created = child.metadata.creationTimestamp ?? "";
  const since = recordOf(child)[name];
  // Nobody has a name for longer than the child is there, whatever its annotations say.
  return since !== undefined && since > created ? since : created;
}

function recordOf({ metadata }: KubernetesObject): Readonly<Record<string, string>> {
  const text = metadata.annotations?.[HOSTS_SINCE_ANNOTATION];
  if (text === undefined) return NONE;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return NONE;
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return NONE;
  }
}

const NONE: Readonly<Record<string, string>> = {};
