/**
 * Much work against the API server, so many at a time.
 *
 * @module
 */

/** Runs `work` for each item, at most `size` at a time. Rejects with the first failure. */
export async function inParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  size = 48,
): Promise<void> {
  const queue = items.values();
  const lanes = Array.from({ length: size }, async () => {
    for (const item of queue) await work(item);
  });
  await Promise.all(lanes);
}
