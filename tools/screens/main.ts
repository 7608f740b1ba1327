/**
 * `npm run generate:screens`: the pictures of what needs a cluster, the demo and the command line in one.
 *
 * The demo's times differ from run to run; the others CI compares. What needs no cluster is written by `npm run generate`.
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { playInCluster } from "./cluster.ts";
import { runAsOnATerminal } from "./run.ts";
import { renderScreen } from "./svg.ts";

/** The rest is longer than anybody reads in a picture. */
const STEPS_OF_THE_DEMO = 3;

process.chdir(join(import.meta.dirname, "../.."));
await mkdir("docs/screens", { recursive: true });
const demo = await runAsOnATerminal("test/demo/main.ts", []);
await write("demo", "npm run demo", firstSteps(demo));
for (const [name, command, output] of await playInCluster()) await write(name, command, output);

async function write(name: string, command: string, output: string): Promise<void> {
  await writeFile(`docs/screens/${name}.svg`, renderScreen(command, output));
  process.stdout.write(`docs/screens/${name}.svg\n`);
}

/** Without the introduction, up to the step after the last that is shown. */
function firstSteps(output: string): string {
  const steps = output.split(/^(?=\S*\d+\. )/m);
  return `${steps.slice(1, STEPS_OF_THE_DEMO + 1).join("")}...`;
}
