/**
 * Names of annotations: which of them mean something on a route, and what a name may have meant that means nothing.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import { nearest } from "../schema/nearest.ts";
import { shown } from "../schema/shown.ts";
import { invalidAnnotation } from "./annotation.ts";

/** The annotations under one prefix, such as `cert-manager.io/`. */
export interface AnnotationNames {
  readonly prefix: string;
  /** What follows the prefix; a final `*` stands for any text that is not all but one of the other names. */
  readonly names: readonly string[];
  /**
   * Real ones that belong on other objects, or are reported elsewhere; with `*` too. Never reported, never suggested.
   */
  readonly elsewhere: readonly string[];
  /** Real ones that mean nothing on a route, by name, with what to do instead. */
  readonly advice?: Readonly<Record<string, string>>;
  /** All of the prefix is ours: what is neither above is reported though it is close to nothing. */
  readonly closed?: boolean;
}

/** Reports annotations that have no effect because their name is not quite one that has. */
export function annotationNameProblems(
  annotations: Readonly<Record<string, string>>,
  vocabulary: readonly AnnotationNames[],
): readonly Problem[] {
  return Object.keys(annotations).flatMap((key) => {
    const slash = key.indexOf("/") + 1;
    const prefix = key.slice(0, slash);
    if (slash === 0 || !mayBeMeant(prefix, vocabulary)) return [];
    const reported = adviceFor(prefix, key.slice(slash), vocabulary);
    return reported === null ? [] : [invalidAnnotation(key, `it has no effect: ${reported}.`)];
  });
}

/** Cheap, for most annotations are somebody else's. A slip of the pen leaves the beginning or the end as it is. */
function mayBeMeant(prefix: string, vocabulary: readonly AnnotationNames[]): boolean {
  if (/cert|dns|rotat/i.test(prefix)) return true;
  return vocabulary.some(
    (names) => names.prefix.slice(0, 3) === prefix.slice(0, 3) || names.prefix.slice(-8) === prefix.slice(-8),
  );
}

function adviceFor(prefix: string, name: string, vocabulary: readonly AnnotationNames[]): string | null {
  const exact = vocabulary.find((names) => names.prefix === prefix);
  if (exact !== undefined) return adviceForName(exact, name);
  const { close, known } = closePrefix(prefix, vocabulary);
  if (close === undefined || !known) return null;
  const meant = close.names.some((pattern) => fits(pattern, name)) ? name : nearestName(close, name);
  return meant === null ? null : `write ${close.prefix}${meant}`;
}

function adviceForName(names: AnnotationNames, name: string): string | null {
  const advice = names.advice?.[name];
  if (advice !== undefined) return advice;
  if (names.names.includes(name) || names.elsewhere.some((pattern) => fits(pattern, name))) return null;
  const pattern = names.names.find((candidate) => fits(candidate, name));
  const alike =
    pattern === undefined
      ? names
      : { names: names.names.filter((known) => fits(pattern, known)), elsewhere: [] };
  const meant = nearestName(alike, name);
  if (meant !== null) return `write ${names.prefix}${meant}`;
  if (names.closed !== true || pattern !== undefined) return null;
  return `there is no ${shown(name)}; there are ${names.names.map((known) => names.prefix + known).join(", ")}`;
}

/** A subdomain of a known prefix, such as `csi.cert-manager.io/`, is somebody else's and no slip of the pen. */
function closePrefix(prefix: string, vocabulary: readonly AnnotationNames[]) {
  const prefixes = vocabulary.map((names) => names.prefix);
  const close = nearest(prefix, prefixes);
  return {
    close: vocabulary.find((names) => names.prefix === close),
    known: !prefixes.some((known) => prefix.endsWith(`.${known}`)),
  };
}

function nearestName(
  { names, elsewhere }: Pick<AnnotationNames, "names" | "elsewhere">,
  name: string,
): string | null {
  const begun = names.filter((known) => name.length > 3 && known.startsWith(name));
  if (begun.length === 1) return begun[0] ?? null;
  const meant = nearest(name, [...names.filter((known) => !known.endsWith("*")), ...elsewhere]);
  return meant === null || elsewhere.includes(meant) ? null : meant;
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
