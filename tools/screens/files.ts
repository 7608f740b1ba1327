/**
 * The screens that need no cluster: what the command line says of a file.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { runAsOnATerminal } from "./run.ts";
import { renderScreen } from "./svg.ts";

/** Words of the command line by the name of the picture; each ends with 0, or 1 where it shows problems. */
const SCREENS: Readonly<Record<string, readonly string[]>> = {
  render: ["render", "-f", "examples/my-ingress.yaml"],
  explain: ["explain", "-f", "examples/mistakes.yaml"],
};

/** Pictures by path relative to the repository. */
export async function renderFileScreens(repository: URL): Promise<ReadonlyMap<string, string>> {
  const program = fileURLToPath(new URL("functions/cli/main.ts", repository));
  const screens = Object.entries(SCREENS).map(async ([name, words]) => {
    const output = await runAsOnATerminal(program, words, { codes: [0, 1] });
    return [`docs/screens/${name}.svg`, renderScreen(`npx traefik-cert-rotater ${words.join(" ")}`, output)];
  });
  return new Map((await Promise.all(screens)) as [string, string][]);
}
