/**
 * Runs commands of CONTRIBUTING.md as somebody would in a shell.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

export interface RunningCommand {
  /** Waits until what was printed since the last call matches; ends with an error where the command ends before. */
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
  let output = "";
  let seen = 0;
  let changed = () => {};
  let over = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
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
      for (;;) {
        const fresh = output.slice(seen);
        if (pattern.test(fresh)) {
          seen = output.length;
          return fresh;
        }
        const { promise, resolve } = Promise.withResolvers<"more">();
        changed = () => resolve("more");
        const next = await Promise.race([promise, ended]);
        if (next !== "more" && !pattern.test(output.slice(seen)))
          throw new Error(`${command} ended with ${next.code} before ${pattern}: ${next.output}`);
      }
    },
    async interrupt() {
      if (child.pid !== undefined && !over) process.kill(-child.pid, "SIGINT");
      await ended;
    },
  };
}

/** Runs it to its end; what it printed. */
export function run(command: string, env?: Readonly<Record<string, string>>): RunningCommand["ended"] {
  return start(command, env).ended;
}
