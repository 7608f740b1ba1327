/**
 * The table of `npm run bench:wake`.
 *
 * @module
 */
import type { Sample } from "./sample.ts";
import type { Variant } from "./variants.ts";

/** Phases follow each other and add up to the whole. Queue-proxy and the function start side by side. */
const phases: readonly { readonly title: string; readonly of: (sample: Sample) => number }[] = [
  { title: "scheduling (request → pod on node)", of: ({ scheduled }) => scheduled },
  { title: "kubelet, volumes", of: ({ scheduled, sandboxBegun }) => sandboxBegun - scheduled },
  { title: "sandbox", of: ({ sandboxBegun, sandboxReady }) => sandboxReady - sandboxBegun },
  { title: "container start", of: ({ sandboxReady, functionStarted }) => functionStarted - sandboxReady },
  { title: "process start → listening", of: ({ functionStarted, listening }) => listening - functionStarted },
  { title: "listening → first read, or answer", of: ({ listening, firstRead }) => firstRead - listening },
  { title: "reconcile", of: ({ firstRead, done }) => done - firstRead },
];

/** Markdown: totals with their distribution, then medians of the phases, in milliseconds. */
export function report(samples: ReadonlyMap<Variant, readonly Sample[]>): string {
  const entries = [...samples];
  const totals = entries.map(([{ title }, rows]) => {
    const sorted = rows.map(({ done }) => done).sort((a, b) => a - b);
    return [title, String(sorted.length), ...[0.5, 0.95, 1].map((share) => ms(quantile(sorted, share)))];
  });
  const split = phases.map(({ title, of }) => [
    title,
    ...entries.map(([, rows]) => ms(median(rows.map(of)))),
  ]);
  return [
    table([["wake from zero, ms", "n", "median", "p95", "max"], ...totals]),
    table([["median of each phase, ms", ...entries.map(([{ title }]) => title)], ...split]),
  ].join("\n\n");
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** The smallest value that so many are not above; of an even number the middle is between two. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

const ms = (value: number) => value.toFixed(0);

function table([header = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(header),
    line(header.map((_, column) => (column === 0 ? "---" : "---:"))),
    ...rows.map(line),
  ].join("\n");
}
