/**
 * `npm run dev`: the function out of its sources, started again at each change of them, in the place of the function
 * of a demo that was kept (`npm run demo -- --keep`), with its rights.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../control-plane/free-port.ts";
import { isAlive, takeEvents } from "./developed.ts";
import { type Kept, keptFile } from "./keep.ts";

process.chdir(join(import.meta.dirname, "../.."));
const kept = await findKept();
if (kept === null) {
  process.stderr.write("No demo is running: start one with npm run demo -- --keep, then run this again.\n");
  process.exit(1);
}

const port = await freePort();
const giveBack = takeEvents(kept.folder, `http://127.0.0.1:${port}`);
process.stdout.write(`The events of the demo go to functions/serve.ts, which starts again at each change.
  ${kept.access}
  npx traefik-cert-rotater status
Ctrl+C gives them back to the demo's own function.

`);
const nodeOptions = process.argv.slice(2);
const args = [...nodeOptions, "--watch", "--watch-preserve-output", "functions/serve.ts", ...kept.args];
const { PATH = "", HOME = "" } = process.env;
const child = spawn(process.execPath, args, {
  stdio: "inherit",
  env: { PATH, HOME, ...kept.env, PORT: String(port) },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => {
  giveBack();
  process.exitCode = code ?? 0;
});

/** The demo that was kept last, if it still runs. */
async function findKept(): Promise<(Kept & { readonly pid: number }) | null> {
  const text = await readFile(keptFile(), "utf8").catch(() => null);
  if (text === null) return null;
  const found = JSON.parse(text) as Kept & { readonly pid: number };
  return isAlive(found.pid) ? found : null;
}
