/**
 * What the annotations of the integrations have in common: how a value is read, and how a bad one is reported.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import { blamePlaceholder } from "../traefik/placeholders.ts";

/**
 * A value as it is used; `error` says what was found and what to write instead; null where the annotation is as good
 * as not there.
 */
export type Parsed<T = unknown> = { readonly value: T } | { readonly error: string } | null;

/** One bad annotation; only that one is left out. `value` is what it has, where that is what is wrong. */
export function invalidAnnotation(key: string, message: string, value = ""): Problem {
  const problem: Problem = { reason: "InvalidAnnotation", message, field: `metadata.annotations[${key}]` };
  return blamePlaceholder(problem, value);
}

/** A decimal integer as Go's `strconv.ParseInt` reads it, from `min` to `max`; null for anything else. */
export function parseInteger(text: string, min: number, max: number): number | null {
  if (!/^[+-]?[0-9]+$/.test(text)) return null;
  const value = Number(text);
  // Not -0, which JSON writes as 0 but `Object.is` distinguishes.
  return value >= min && value <= max ? value + 0 : null;
}

/** The parts between commas without the blanks around them; none of them is empty. */
export function commaSeparated(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** For lists whose order means nothing: each once, by code unit, never by locale. */
export function sortedSet(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
