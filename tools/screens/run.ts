/**
 * Runs a command of ours as on a terminal, for a picture of it.
 *
 * @module
 */
import { execFile } from "node:child_process";

/** Node takes standard output for a terminal, so colours come; nothing is shown as progress. */
const AS_ON_A_TERMINAL = ["--import", "data:text/javascript,process.stdout.isTTY=true"];

/** What `node FILE WORDS` prints on standard output, colours included; its exit code may be one of `codes`. */
export function runAsOnATerminal(
  file: string,
  words: readonly string[],
  { env = {}, codes = [0] }: { env?: Readonly<Record<string, string>>; codes?: readonly number[] } = {},
): Promise<string> {
  const { NO_COLOR: _, ...inherited } = process.env;
  const options = { env: { ...inherited, TERM: "xterm", FORCE_COLOR: "1", ...env }, maxBuffer: 1 << 24 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...AS_ON_A_TERMINAL, file, ...words], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number" && codes.includes(code)) resolve(stdout);
      else reject(new Error(`${file} ${words.join(" ")} ended with ${code}: ${stderr}`));
    });
  });
}
