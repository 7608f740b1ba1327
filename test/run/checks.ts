/**
 * Format and lint, types, dead code.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { add, line, NONE, type Summary } from "./summary.ts";

const CHECKS: readonly {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}[] = [
  { name: "format and lint (biome)", command: "biome", args: ["check", "--error-on-warnings", "."] },
  { name: "types (tsc)", command: "tsc", args: ["-p", "."] },
  { name: "dead code and unused packages (knip)", command: "knip", args: ["--no-progress"] },
];

/** Runs each; what one says is shown only if it fails. */
export async function runChecks(): Promise<Summary> {
  process.stdout.write("\nchecks\n");
  let total = NONE;
  for (const { name, command, args } of CHECKS) {
    const begin = performance.now();
    const { code, output } = await run(`node_modules/.bin/${command}`, args);
    process.stdout.write(line(code === 0, name, "", performance.now() - begin));
    if (code !== 0) process.stdout.write(`${output.trimEnd()}\n\n`);
    total = add(total, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  }
  return total;
}

function run(command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
