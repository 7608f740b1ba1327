/**
 * Runs system commands.
 *
 * @module
 */
import { execFile } from "node:child_process";

/** A command failed: the message has its last words. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Runs a command and returns its standard output. Throws `CommandError`. */
export function run(command: string, args: readonly string[], env = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, maxBuffer: 64 * 1024 * 1024 }, (cause, stdout, stderr) => {
      if (cause === null) resolve(stdout);
      else {
        const said = stderr.trim().split("\n").slice(-20).join("\n");
        reject(new CommandError(`${command} ${args.join(" ")} failed: ${said || cause.message}`, { cause }));
      }
    });
  });
}
