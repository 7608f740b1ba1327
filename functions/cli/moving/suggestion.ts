/**
 * One value to set, and why.
 *
 * @module
 */
import { isRecord } from "../../schema/unknown.ts";

export interface Suggestion {
  /** Keys from the top of the values. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** For a comment above it. */
  readonly why: string;
}

export function when(
  condition: boolean,
  path: readonly string[],
  value: unknown,
  why: string,
): readonly Suggestion[] {
  return condition ? [{ path, value, why }] : [];
}

/** The values as an object. */
export function valuesOf(suggestions: readonly Suggestion[]): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const { path, value } of suggestions) {
    let place = values;
    for (const key of path.slice(0, -1)) {
      const below = isRecord(place[key]) ? place[key] : {};
      place[key] = below;
      place = below as Record<string, unknown>;
    }
    place[path.at(-1) ?? ""] = value;
  }
  return values;
}
