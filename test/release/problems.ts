/**
 * What a release is refused for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { RefusedError } from "../../tools/release/refused.ts";

/** The problems that the work fails with, each one line; throws whatever else it does. */
export async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => new Error("it was released"),
    (error: unknown) => error,
  );
  if (!(error instanceof RefusedError)) throw error;
  for (const problem of error.problems) assert.doesNotMatch(problem, /\n/);
  return error.problems;
}
