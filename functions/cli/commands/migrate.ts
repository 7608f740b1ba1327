/**
 * `migrate`: what a move takes, of a cluster or of a folder, on one page. Writes nothing.
 *
 * @module
 */
import type { ClusterOptions } from "../cluster/cluster.ts";
import { type Move, planMove } from "../moving/move.ts";
import { moveJson } from "../moving/move-json.ts";
import { pageOf, valuesText } from "../moving/page.ts";
import { openClusterSite, openFileSite } from "../moving/site.ts";
import { stepsOf } from "../moving/steps.ts";
import { painter } from "../terminal/colour.ts";
import { EXIT, type ExitCode, type Terminal } from "../terminal/terminal.ts";

export interface MigrateOptions extends ClusterOptions {
  /** None: the cluster of the kubeconfig. `words` are what names them. */
  readonly files: readonly string[];
  readonly words: readonly string[];
  readonly output: "text" | "values" | "patches" | "json";
}

/** Writes the page; the exit code says whether somebody has to do or decide something before installing. */
export async function migrate(
  { files, words, output, ...options }: MigrateOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const site =
    files.length > 0
      ? await openFileSite(words.join(", "), files, options.config, terminal)
      : await openClusterSite(options, terminal);
  const move = await planMove(site);
  site.endProgress();
  terminal.out(await textOf(move, output, terminal));
  return needsSomebody(move) ? EXIT.problems : EXIT.fine;
}

async function textOf(move: Move, output: MigrateOptions["output"], terminal: Terminal): Promise<string> {
  switch (output) {
    case "text":
      return await pageOf(move, painter(terminal));
    case "values":
      return await valuesText(move);
    case "patches":
      return move.patches.map((line) => `${line}\n`).join("");
    case "json":
      return `${JSON.stringify(moveJson(move), null, 2)}\n`;
  }
}

function needsSomebody(move: Move): boolean {
  const { run, losses, secrets, unpublished, failures } = move;
  return (
    stepsOf(move).length > 0 ||
    run.problems.length > 0 ||
    run.blocked > 0 ||
    losses.vanishing.length > 0 ||
    losses.leftovers.length > 0 ||
    secrets.length > 0 ||
    unpublished.length > 0 ||
    failures.length > 0
  );
}
