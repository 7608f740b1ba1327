/**
 * What somebody may have meant.
 *
 * @module
 */

/** The known word closest to the given one, null if none is within so many edits. Case does not count. */
export function nearest(
  word: string,
  known: readonly string[],
  limit = Math.max(2, Math.floor(word.length / 3)),
): string | null {
  let best: string | null = null;
  let shortest = limit + 1;
  for (const candidate of known) {
    const edits = distance(word.slice(0, 64).toLowerCase(), candidate.toLowerCase());
    if (edits < shortest) [best, shortest] = [candidate, edits];
  }
  return best;
}

/** Levenshtein distance: how many letters must be put in, taken out or replaced. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
