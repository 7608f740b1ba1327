/**
 * `node serve.cjs [--config FILE] [--port N]`: what a pod runs, without the rest of the CLI.
 *
 * @module
 */
import "./signals.ts";
import "./require-node.ts";
import { visible } from "./hidden-characters.ts";
import { serve } from "./main.ts";
import { parseServeArguments } from "./serve-arguments.ts";

export { serve } from "./main.ts";

/** Starts the function; what keeps it from starting goes to standard error in one piece, and the exit code is 2. */
export async function start(options: Parameters<typeof serve>[0]): Promise<void> {
  try {
    await serve(options, process.env);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`cannot start: ${visible(why)}\n`);
    process.exit(2);
  }
}

if (import.meta.main) {
  const parsed = parseServeArguments(process.argv.slice(2), process.env);
  if ("options" in parsed) void start(parsed.options);
  else {
    process.stderr.write(`${visible(parsed.usage)}\n`);
    process.exitCode = 2;
  }
}
