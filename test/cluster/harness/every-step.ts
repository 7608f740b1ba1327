/**
 * Cleaning up after tests.
 *
 * @module
 */

/** Takes every step in turn, also after one that failed; then throws what failed. */
export async function everyStep(...steps: readonly (() => Promise<unknown> | undefined)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "not all could be cleaned up");
}
