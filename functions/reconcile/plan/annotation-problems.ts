/**
 * Annotations that say nothing, though their author meant something: a name or a word that is not quite one that we
 * know. Each would be ignored without a word.
 *
 * @module
 */
import { invalidAnnotation } from "../../integrations/annotation.ts";
import { type AnnotationNames, annotationNameProblems } from "../../integrations/annotation-names.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import { ENABLE_ANNOTATION } from "../../integrations/opt-in.ts";
import type { Problem } from "../../problem.ts";
import { nearest } from "../../schema/nearest.ts";
import { shown } from "../../schema/shown.ts";
import { IGNORE_ANNOTATION, SWITCHBOARD_IGNORE_ANNOTATION } from "./opt-out.ts";
import { ADOPT_ANNOTATION } from "./ownership.ts";

type Annotations = Readonly<Record<string, string>>;
type Enabled = readonly { readonly name: string }[];

const PREFIX = "traefik-cert-rotater.io/";

const OURS: AnnotationNames = {
  prefix: PREFIX,
  names: [IGNORE_ANNOTATION, ENABLE_ANNOTATION].map(nameOf),
  elsewhere: ["instance", "lookup"],
  advice: {
    [nameOf(ADOPT_ANNOTATION)]:
      `it belongs on the ${INTEGRATIONS.map(({ resource }) => resource.kind).join(" or ")} that is to be handed over, not on the route`,
  },
  closed: true,
};

const VOCABULARY = merged([OURS, ...INTEGRATIONS.flatMap(({ annotationNames }) => annotationNames)]);

/** What is reported of a route's own annotations, whatever they are about. `enabled` are the integrations that are on. */
export function annotationProblems(annotations: Annotations, enabled: Enabled): readonly Problem[] {
  const problems = [...annotationNameProblems(annotations, VOCABULARY)];
  for (const key of [IGNORE_ANNOTATION, ENABLE_ANNOTATION, SWITCHBOARD_IGNORE_ANNOTATION]) {
    const value = annotations[key];
    if (value !== undefined) problems.push(...wordProblems(value, enabled, key));
  }
  return problems;
}

/** The same for the one annotation of a namespace, which holds for each of its routes. */
export function namespaceProblems(
  annotations: Annotations,
  namespace: string,
  enabled: Enabled,
): readonly Problem[] {
  const value = annotations[IGNORE_ANNOTATION];
  if (value === undefined) return [];
  return wordProblems(value, enabled, IGNORE_ANNOTATION).map((problem) => ({
    ...problem,
    message: `of Namespace ${namespace}: ${problem.message}`,
  }));
}

/** `true` is as good as `all`, and `false` as nothing. */
function wordProblems(value: string, enabled: Enabled, key: string): readonly Problem[] {
  const words = ["all", ...new Set([...INTEGRATIONS, ...enabled].map(({ name }) => name))];
  const unknown = value
    .split(",")
    .map((word) => word.trim())
    .filter((word) => !["", "true", "false", ...words].includes(word));
  return unknown.map((word) => {
    const meant = nearest(word, words);
    const advice = meant === null ? `write ${words.join(" or ")}` : `write ${meant}`;
    return invalidAnnotation(key, `${shown(word)} is not known and has no effect: ${advice}.`, word);
  });
}

/** One entry for each prefix. */
function merged(vocabulary: readonly AnnotationNames[]): readonly AnnotationNames[] {
  const byPrefix = Map.groupBy(vocabulary, ({ prefix }) => prefix);
  return [...byPrefix].map(([prefix, parts]) => ({
    prefix,
    names: parts.flatMap(({ names }) => names),
    elsewhere: parts.flatMap(({ elsewhere }) => elsewhere),
    advice: Object.assign({}, ...parts.map(({ advice }) => advice)) as Readonly<Record<string, string>>,
    closed: parts.some(({ closed }) => closed === true),
  }));
}

function nameOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
