/**
 * Runs commands of CONTRIBUTING.md as somebody would in a shell.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

export const ROOT = join(import.meta.dirname, "../..");

/** What is waited for comes in seconds; a command that keeps quiet longer is broken. */
const PATIENCE = 2 * 60_000;

export interface RunningCommand {
  /**
   * Waits until what was printed since the last call matches, colours aside; ends with an error where the command ends
   * before, or where it does not come.
   */
  until(pattern: RegExp): Promise<string>;
  /** The exit code, and all that was printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** Ctrl+C, as a shell sends it to all that the command has started. */
  interrupt(): Promise<void>;
}

/** Starts a command in the repository, in a group of processes of its own. */
export function start(command: string, env: Readonly<Record<string, string>> = {}): RunningCommand {
  // Node's runner marks its children; those of a user have no such mark.
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const child = spawn("bash", ["-c", command], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killGroup = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  };
  // Where the test fails, nothing stays behind.
  process.on("exit", () => over || killGroup("SIGKILL"));
  let output = "";
  let seen = 0;
  let changed = () => {};
  let over = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += stripVTControlCharacters(text);
      changed();
    });
  const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      over = true;
      resolve({ code, output });
    });
  });
  return {
    ended,
    async until(pattern) {
      const late = AbortSignal.timeout(PATIENCE);
      late.addEventListener("abort", () => changed());
      for (;;) {
        const fresh = output.slice(seen);
        if (pattern.test(fresh)) {
          seen = output.length;
          return fresh;
        }
        if (late.aborted) throw new Error(`${command} did not print ${pattern}: ${output}`);
        const { promise, resolve } = Promise.withResolvers<"more">();
        changed = () => resolve("more");
        const next = await Promise.race([promise, ended]);
        if (next !== "more" && !pattern.test(output.slice(seen)))
          throw new Error(`${command} ended with ${next.code} before ${pattern}: ${next.output}`);
      }
    },
    async interrupt() {
      if (!over) killGroup("SIGINT");
      // What does not heed it must not hold up the run: its test fails instead.
      const late = setTimeout(() => over || killGroup("SIGKILL"), PATIENCE);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Runs it to its end; what it printed. */
export function run(command: string, env?: Readonly<Record<string, string>>): RunningCommand["ended"] {
  return start(command, env).ended;
}
