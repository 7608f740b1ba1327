/**
 * What is wrong with routes of files, and what is worth knowing of them, one line each. Pure.
 *
 * @module
 */
import { type Problem, problemText } from "../../problem.ts";
import { LEGACY_GROUP } from "../../traefik/resources.ts";
import { count } from "../terminal/words.ts";
import type { Deriver, LocatedDerivation } from "./derive.ts";

const SECRET_NAME = "spec.tls.secretName";

interface Line {
  readonly text: string;
  readonly field: string | null;
  more: number;
  /** What is left out besides the place that is reported may be more than a name. */
  costsCertificate: boolean;
}

/**
 * A placeholder is reported once a file: whoever fills it in does so everywhere.
 *
 * @param templates files that have been called templates already
 */
export function problemLines(
  derivations: readonly LocatedDerivation[],
  templates: ReadonlySet<string>,
): readonly string[] {
  const lines: Line[] = [];
  const reported = new Map<string, Line>();
  for (const { origin, file, problems } of derivations) {
    for (const problem of problems) {
      if (problem.note === true) continue;
      const key = file === null ? null : placeholderKey(problem);
      if (key === "{" && templates.has(file ?? "")) continue;
      const before = key === null ? undefined : reported.get(`${file} ${key}`);
      if (before !== undefined) {
        before.more++;
        before.costsCertificate ||= problem.field === SECRET_NAME && before.field !== SECRET_NAME;
        continue;
      }
      const { field } = problem;
      const line = { text: `${origin}: ${problemText(problem)}`, field, more: 0, costsCertificate: false };
      lines.push(line);
      if (key !== null) reported.set(`${file} ${key}`, line);
    }
  }
  return lines.map(({ text, more, costsCertificate }) => {
    if (more === 0) return text;
    const cost = costsCertificate ? `, ${SECRET_NAME} among them, so that a Certificate is not made` : "";
    return `${text} (and in ${count(more, "more place")} of this file${cost})`;
  });
}

/** Templates are rendered at once, however many there are in a file; variables have their names. */
function placeholderKey({ placeholder }: Problem): string | null {
  return placeholder?.startsWith("{") === true ? "{" : (placeholder ?? null);
}

/** What is no problem: what users have themselves, and routes that nobody looks at. */
export function noteLines(
  derivations: readonly LocatedDerivation[],
  selector: Deriver["selector"],
): readonly string[] {
  const notes = derivations.flatMap(({ origin, problems }) =>
    problems.filter(({ note }) => note === true).map((problem) => `${origin}: ${problemText(problem)}`),
  );
  return [...legacyNotes(derivations, selector), ...notes];
}

function legacyNotes(
  derivations: readonly LocatedDerivation[],
  { legacyGroup }: Deriver["selector"],
): readonly string[] {
  const legacy = derivations.filter(({ description }) => description.route.group === LEGACY_GROUP);
  const [first] = legacy;
  if (legacyGroup || first === undefined) return [];
  const more = legacy.length === 1 ? "" : ` (and ${legacy.length - 1} more)`;
  return [
    `${first.origin}${more}: left out, for ${LEGACY_GROUP} is the API group of Traefik v2; ` +
      "set selector.legacyGroup: true in the configuration (--config) where it is served",
  ];
}
