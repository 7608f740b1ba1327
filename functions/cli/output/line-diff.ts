/**
 * What changes between two texts, line by line. Pure.
 *
 * @module
 */

export interface DiffLine {
  readonly sign: "+" | "-" | " ";
  readonly text: string;
}

/** The lines of both in order, common ones once: a longest common subsequence. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const common = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let [old, now] = [0, 0];
  while (old < before.length || now < after.length) {
    const [was, is] = [before[old], after[now]];
    if (was !== undefined && was === is) {
      lines.push({ sign: " ", text: was });
      old++;
      now++;
    } else if (
      was !== undefined &&
      (is === undefined || lengthAt(common, old + 1, now) >= lengthAt(common, old, now + 1))
    ) {
      lines.push({ sign: "-", text: was });
      old++;
    } else {
      lines.push({ sign: "+", text: is ?? "" });
      now++;
    }
  }
  return lines;
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

/** `[i][j]`: how many lines the ends from i and from j have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = [];
  for (let old = before.length; old >= 0; old--) {
    const row = new Array<number>(after.length + 1).fill(0);
    const below = rows[0] ?? [];
    for (let now = after.length - 1; now >= 0 && old < before.length; now--) {
      row[now] =
        before[old] === after[now] ? (below[now + 1] ?? 0) + 1 : Math.max(below[now] ?? 0, row[now + 1] ?? 0);
    }
    rows.unshift(row);
  }
  return rows;
}

function lengthAt(lengths: readonly (readonly number[])[], old: number, now: number): number {
  return lengths[old]?.[now] ?? 0;
}
