/**
 * `explain`: what was extracted from each route, and why.
 *
 * @module
 */
import { oneLine } from "../../hidden-characters.ts";
import { Pace } from "../../pace.ts";
import type { Problem } from "../../problem.ts";
import { type AnalyseOptions, analyse } from "../input/analyse.ts";
import type { LocatedDerivation } from "../input/derive.ts";
import { explainText } from "../output/explain-text.ts";
import { loadIndentYaml } from "../terminal/indented.ts";
import { EXIT, type ExitCode, type Terminal } from "../terminal/terminal.ts";

export interface ExplainOptions extends AnalyseOptions {
  readonly output: "text" | "json";
}

/** Writes one JSON document a line and object, or a text for people; what cannot be read goes to standard error. */
export async function explain(options: ExplainOptions, terminal: Terminal): Promise<ExitCode> {
  const analysis = await analyse(options, terminal);
  const indentYaml = await loadIndentYaml();
  const pace = new Pace();
  for (const derivation of analysis.derivations) {
    const pause = pace.pause();
    if (pause !== null) await pause;
    terminal.out(
      options.output === "json"
        ? `${JSON.stringify(explanationJson(derivation))}\n`
        : explainText(derivation, analysis, indentYaml),
    );
  }
  // Problems of routes are part of the explanation.
  for (const line of analysis.errors) terminal.err(`${oneLine(line)}\n`);
  return analysis.errors.length > 0 || analysis.problems.length > 0 ? EXIT.problems : EXIT.fine;
}

/** The documented shape: nothing may be renamed, things may be added. */
export function explanationJson({
  description,
  children,
  problems,
}: Pick<LocatedDerivation, "description" | "children" | "problems">): object {
  const { route, rules, hosts, tls } = description;
  const notes = problems.filter((problem) => !isProblem(problem));
  return {
    kind: route.kind,
    namespace: route.namespace,
    name: route.name,
    routes: rules.map(({ match, syntax, domains, paths, services, error }) => ({
      match,
      syntax,
      domains,
      paths: [...new Set(paths)],
      services,
      error: error === null ? null : { stage: error.stage, message: error.message, position: error.position },
    })),
    hosts,
    tls,
    children: children.flatMap(({ child }) => child ?? []),
    problems: problems.filter(isProblem).map(shownProblem),
    ...(notes.length === 0 ? {} : { notes: notes.map(shownProblem) }),
  };
}

function isProblem({ note }: Problem): boolean {
  return note !== true;
}

function shownProblem({ reason, message, field }: Problem): object {
  return { reason, message, field };
}
