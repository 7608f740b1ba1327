/**
 * A list as a table (`as=Table`): of each object what its kind's printer columns say. What a column is made from stands
 * nowhere in it.
 *
 * @module
 */
import { isRecord } from "../schema/unknown.ts";

export interface ColumnPage {
  /** What the column says, by the name of the object. */
  readonly texts: ReadonlyMap<string, string>;
  /** Token of the next page; null on the last. */
  readonly continueToken: string | null;
}

/** One column of a table; null where that cannot be had from the answer for each object. */
export function parseColumn(answer: unknown, column: string): ColumnPage | null {
  if (!isRecord(answer) || answer.kind !== "Table" || !isRecord(answer.metadata)) return null;
  const { columnDefinitions, metadata } = answer;
  const rows = answer.rows ?? [];
  if (!Array.isArray(columnDefinitions) || !Array.isArray(rows)) return null;
  const nameAt = columnDefinitions.findIndex((one) => isRecord(one) && one.format === "name");
  const textAt = columnDefinitions.findIndex((one) => isRecord(one) && one.name === column);
  if (nameAt < 0 || textAt < 0) return null;
  const texts = new Map<string, string>();
  for (const row of rows) {
    const cells: unknown = isRecord(row) ? row.cells : null;
    const [name, text]: readonly unknown[] = Array.isArray(cells) ? [cells[nameAt], cells[textAt]] : [];
    if (typeof name !== "string" || typeof text !== "string") return null;
    texts.set(name, text);
  }
  const { continue: token } = metadata;
  return { texts, continueToken: typeof token === "string" && token !== "" ? token : null };
}
