/**
 * Placeholders that nobody filled in: variables of envsubst, Flux and kustomize, templates of Helm and others, and
 * blanks of a how-to. Pure. Only to be asked about text that cannot be used: what looks like one may be meant.
 *
 * @module
 */
import { type Problem, stepsOf } from "../problem.ts";
import { shown } from "../schema/shown.ts";
import { isRecord } from "../schema/unknown.ts";

export interface Placeholder {
  /** As the user wrote it, such as `${DOMAIN}`. */
  readonly text: string;
  readonly kind: "variable" | "helm" | "template" | "blank";
}

const PATTERNS: readonly RegExp[] = [
  // `${{ X }}`, `${X}`, `${X:-default}`, `$(X)`, `$X`
  /\$\{\{.*?\}\}/,
  /\$\{(?:[^{}]|\{[^{}]*\})*\}/,
  /\$\([A-Za-z_][\w.-]*\)/,
  /\$[A-Za-z_]\w*/,
  // `{{ .Values.x }}`, `{% if x %}`
  /\{\{.*?\}\}/,
  /\{%.*?%\}/,
  // `<x>` (not the name of a group in a regular expression), `%X%`, `@X@`, `#{X}#`, `__X__`
  /(?<!\?P?)<[A-Za-z_][\w .:-]*>/,
  /<%.*?%>/,
  /%[A-Za-z_][\w.-]*%/,
  /@[A-Za-z_]\w*@/,
  /\(\([A-Za-z_][\w.-]*\)\)/,
  /\[\[.*?\]\]/,
  /#\{[^{}]*\}#?/,
  /__[A-Za-z]\w*?__/,
  /\w*(?:PLACEHOLDER|CHANGE_?ME|REPLACE_?ME|YOUR_)\w*/i,
];

const ANY = new RegExp(PATTERNS.map(({ source }) => `(?:${source})`).join("|"), "gis");

/** What nobody means, not even in free text such as an organization: `${X}`, `$(X)`, `{{ x }}`, `{% x %}`. */
const NEVER_MEANT = /\$\{.*?\}|\$\([A-Za-z_][\w.-]*\)|\{\{.*?\}\}|\{%.*?%\}/s;

/** What distinguishes a template of Helm from others: its objects, its variables, its functions. */
const HELM =
  /^\{\{-?\s*(?:\$?\.|\$|\/\*|\(|(?:include|define|template|block|if|else|end|range|with|tpl|toYaml|default|required|printf|quote|lookup)\b)/;

/** The first placeholder of the text; null where it has none. */
export function placeholderIn(text: string): Placeholder | null {
  const [first] = text.matchAll(ANY);
  return first === undefined ? null : classified(first[0]);
}

/** Whether the text has a placeholder, although any text would do. */
export function isUnfilled(text: string): boolean {
  return NEVER_MEANT.test(text);
}

/** The placeholder that an error of a rule is about; `position` counts bytes, as those of a `RuleError` do. */
export function placeholderAt(rule: string, position: number): Placeholder | null {
  const index = Buffer.from(rule).subarray(0, position).toString().length;
  const quote = rule.charAt(index);
  const closing = quote === "`" || quote === '"' ? rule.indexOf(quote, index + 1) : index;
  const end = closing < 0 ? rule.length : closing;
  for (const match of rule.matchAll(ANY)) {
    if (match.index <= end && match.index + match[0].length > index) return classified(match[0]);
  }
  return null;
}

function classified(text: string): Placeholder {
  if (text.startsWith("$")) return { text, kind: "variable" };
  if (text.startsWith("{{")) return { text, kind: HELM.test(text) ? "helm" : "template" };
  return { text, kind: /^(?:\{%|<%|\[\[)/.test(text) ? "template" : "blank" };
}

/** How a chart becomes something that can be read. */
export function helmCommand(chart: string): string {
  return `helm template ${chart} | traefik-cert-rotater render -f -`;
}

/** What is wrong with what has the placeholder, and what to do: goes on after "it". */
export function describePlaceholder({ text, kind }: Placeholder): string {
  switch (kind) {
    case "variable":
      return `has an unsubstituted variable ${text}; put its value in the place of this placeholder`;
    case "helm":
      return `has the placeholder ${text} of a Helm template; render that first: ${helmCommand("CHART")}`;
    case "template":
      return `has the placeholder ${text} of a template; render that first`;
    case "blank":
      return `has the placeholder ${text}; write your own value there`;
  }
}

/** The text's own spelling of a name that was taken from it and put in lower case. */
export function asWritten(source: string, name: string): string {
  const index = source.toLowerCase().indexOf(name.toLowerCase());
  const written = index < 0 ? name : source.slice(index, index + name.length);
  return written.toLowerCase() === name.toLowerCase() ? written : name;
}

/** A problem about a text that cannot be used, called by its name where a placeholder is to blame. */
export function blamePlaceholder(problem: Problem, text: string): Problem {
  const placeholder = placeholderIn(text);
  if (placeholder === null || problem.placeholder !== undefined) return problem;
  const message = `found ${shown(text)}: it ${describePlaceholder(placeholder)}`;
  return { ...problem, message, placeholder: placeholder.text };
}

/** The same for the problems of an object's fields; rules, which hold more than one value, know better themselves. */
export function blamePlaceholders(problems: readonly Problem[], object: unknown): readonly Problem[] {
  return problems.map((problem) => {
    const { field } = problem;
    if (field === null || field.endsWith(".match")) return problem;
    const text = valueAt(object, field);
    return typeof text === "string" ? blamePlaceholder(problem, text) : problem;
  });
}

/** What stands at a path such as `spec.tls.domains[0].main` or `metadata.annotations[example.com/key]`. */
function valueAt(object: unknown, field: string): unknown {
  return stepsOf(field).reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isRecord(value) ? value[step] : undefined;
  }, object);
}
