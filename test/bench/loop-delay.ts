/**
 * How long the event loop of a measured process was blocked at most, in processor time, counted in there.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const probe = join(import.meta.dirname, "raw/loop-delay.cjs");

/** The environment with which a process counts, and writes to `file` at its end. */
export function counting(env: Record<string, string>, file: string): Record<string, string> {
  return { ...env, NODE_OPTIONS: `--require=${probe}`, LOOP_DELAY_FILE: file };
}

/** Milliseconds; the process must have ended. */
export async function longestBlock(file: string): Promise<number> {
  return Number(await readFile(file, "utf8"));
}
