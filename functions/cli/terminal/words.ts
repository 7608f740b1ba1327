/**
 * Numbers and lists in sentences.
 *
 * @module
 */

/** Such as `1 route`, `2 routes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Named in one line, at most. */
const NAMED = 3;

/** The first ones, and how many more there are. */
export function shortList(items: readonly string[]): string {
  const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : "";
  return `${items.slice(0, NAMED).join(", ")}${more}`;
}
