/**
 * `npm run test:watch [-- FILES]`: runs test files, those beside the code unless told, and again whichever a change
 * concerns. Globs are understood.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { UNIT } from "./files.ts";

process.chdir(join(import.meta.dirname, "../.."));
const asked = process.argv.slice(2);
const child = spawn(process.execPath, ["--test", "--watch", ...(asked.length > 0 ? asked : UNIT.patterns)], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => {
  process.exitCode = code ?? 0;
});
