/**
 * `render`: the children as YAML.
 *
 * @module
 */

import { oneLine } from "../../hidden-characters.ts";
import { type AnalyseOptions, type Analysis, analyse, hasUnknownTarget } from "../input/analyse.ts";
import { UNKNOWN_TARGET } from "../input/target.ts";
import { EXIT, type ExitCode, type Terminal } from "../terminal/terminal.ts";

/** Writes the children as a stream of YAML documents; problems go to standard error. */
export async function render(options: AnalyseOptions, terminal: Terminal): Promise<ExitCode> {
  const { formatYaml } = await import("../../config/yaml.lazy.ts");
  const analysis = await analyse(options, terminal);
  const children = analysis.derivations.flatMap((derivation) =>
    derivation.children.flatMap(({ child }) => child ?? []),
  );
  const note = unknownTarget(analysis);
  const documents = children.map((child) =>
    hasUnknownTarget(analysis, child) ? `# ${note}\n${formatYaml(child)}` : formatYaml(child),
  );
  terminal.out(documents.join("---\n"));
  if (children.some((child) => hasUnknownTarget(analysis, child))) terminal.err(`note: ${note}\n`);
  for (const line of analysis.notes) terminal.err(`note: ${oneLine(line)}\n`);
  const problems = [...analysis.errors, ...analysis.problems];
  for (const line of problems) terminal.err(`${oneLine(line)}\n`);
  return problems.length > 0 ? EXIT.problems : EXIT.fine;
}

function unknownTarget({ unknownTargets }: Analysis): string {
  return (
    `${UNKNOWN_TARGET} stands for the address of Service ${unknownTargets.join(", ")}, ` +
    "which only a cluster knows; give it with --target"
  );
}
