/**
 * Annotations that hold texts by name, as a JSON object.
 *
 * @module
 */
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import { isRecord } from "../../../schema/unknown.ts";

export type TextMap = ReadonlyMap<string, string>;

const EMPTY: TextMap = new Map();

/** What stands in the annotation; nothing where it is not there or somebody wrote something else. */
export function readTextMap(child: KubernetesObject | null, annotation: string): TextMap {
  const text = child?.metadata.annotations?.[annotation];
  if (text === undefined) return EMPTY;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return EMPTY;
    const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === "string";
    return new Map(Object.entries(value).filter(isText));
  } catch {
    return EMPTY;
  }
}

/** The same map always as the same text. */
export function writeTextMap(map: TextMap): string {
  return JSON.stringify(Object.fromEntries([...map].sort(([one], [other]) => (one < other ? -1 : 1))));
}
