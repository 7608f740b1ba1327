/**
 * The table that the bench prints.
 *
 * @module
 */
import { type Summary, summarize } from "./statistics.ts";

/** One line. `ratio` of the medians, or for `limit` the median of ours alone, is compared with the bar. */
export interface Row {
  readonly what: string;
  readonly unit: "ms" | "MiB";
  readonly ours: readonly number[];
  readonly raw: readonly number[] | null;
  /** Null: shown for information. */
  readonly bar: { readonly kind: "ratio" | "limit"; readonly atMost: number } | null;
  /** Resident memory of the function at the end of each run, in MiB. */
  readonly memory: readonly number[];
  /** What has to be said about the line. */
  readonly note?: string;
}

/** Null where there is no bar. */
export function isMet(row: Row): boolean | null {
  if (row.bar === null) return null;
  return (
    (row.bar.kind === "ratio" ? (ratioOf(row) ?? Number.NaN) : summarize(row.ours).median) <= row.bar.atMost
  );
}

export function ratioOf({ ours, raw }: Row): number | null {
  return raw === null ? null : summarize(ours).median / summarize(raw).median;
}

/** Lines of a Markdown table, with the 95th percentile behind each median. */
export function render(rows: readonly Row[]): string {
  const header = ["", "function", "raw", "ratio", "bar", "", "function's memory", "runs"];
  const lines = rows.map((row) => [
    row.what,
    amount(row.ours, row.unit),
    row.raw === null ? "" : amount(row.raw, row.unit),
    ratioOf(row)?.toFixed(2) ?? "",
    barOf(row),
    { true: "pass", false: "MISS", null: "" }[String(isMet(row)) as "true" | "false" | "null"],
    row.memory.length === 0 ? "" : `${summarize(row.memory).median.toFixed(1)} MiB`,
    String(row.ours.length),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)),
  );
  const format = (line: readonly string[]) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : [`${what}: ${note}`]));
  return [format(header), rule, ...lines.map(format), ...notes.map((note) => `\n${note}`)].join("\n");
}

function amount(samples: readonly number[], unit: string): string {
  const { median, p95 }: Summary = summarize(samples);
  const digits = median < 100 ? 1 : 0;
  return `${median.toFixed(digits)} ${unit} (${p95.toFixed(digits)})`;
}

function barOf({ bar, unit }: Row): string {
  if (bar === null) return "";
  return bar.kind === "ratio" ? `${bar.atMost.toFixed(1)}` : `${bar.atMost.toFixed(1)} ${unit}`;
}
