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

const NAMED = 3;

/** The first ones, and how many more there are. */
export function shortList(items: readonly string[]): string {
  const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : "";
  return `${items.slice(0, NAMED).join(", ")}${more}`;
}

export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
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
