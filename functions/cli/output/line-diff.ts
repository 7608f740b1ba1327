/**
 * What changes between two texts, line by line. Pure.
 *
 * @module
 */
import { diffArrays } from "diff";

export interface DiffLine {
  readonly sign: "+" | "-" | " ";
  readonly text: string;
}

/** The lines of both in order, common ones once. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  return diffArrays([...before], [...after]).flatMap(({ added, removed, value }) => {
    const sign = added ? "+" : removed ? "-" : " ";
    return value.map((text) => ({ sign, text }) as const);
  });
}

/** Without the common lines that are further than `context` from a changed one; `…` stands for those. */
export function nearChanges(lines: readonly DiffLine[], context: number): readonly DiffLine[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== " "),
  );
  return lines.flatMap((line, index) => {
    if (near[index]) return [line];
    return index === 0 || near[index - 1] ? [{ sign: " ", text: "…" } as const] : [];
  });
}
