/**
 * `render`: the children as YAML.
 *
 * @module
 */

import { oneLine } from "../../hidden-characters.ts";
import { Pace } from "../../pace.ts";
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
  const pace = new Pace();
  let unknown = 0;
  for (const [index, child] of children.entries()) {
    const isUnknown = hasUnknownTarget(analysis, child);
    if (isUnknown) unknown++;
    const document = `${isUnknown ? `# ${note}\n` : ""}${formatYaml(child)}`;
    terminal.out(index === 0 ? document : `---\n${document}`);
    const pause = pace.pause();
    if (pause !== null) await pause;
  }
  if (unknown > 0) terminal.err(`note: ${note}\n`);
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
