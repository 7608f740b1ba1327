/**
 * The tables of the bench.
 *
 * @module
 */
import { summarize } from "../../bench/statistics.ts";
import type { AuditEntry } from "../../control-plane/audit-log.ts";
import type { Contender } from "./contenders.ts";

/** One round of one contender; times in milliseconds since each object was applied. */
export interface Run {
  readonly contender: Contender;
  readonly objects: number;
  /** Of the Certificate or DNSEndpoint; empty where there is none. */
  readonly created: readonly number[];
  readonly ready: readonly number[];
  /** By verb and kind, to the API server for each object. */
  readonly requests: ReadonlyMap<string, number>;
}

/** The contender's requests for each object, by what they are. */
export function countRequests(
  entries: readonly AuditEntry[],
  { isOf }: Contender,
  objects: number,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const entry of entries.filter(isOf)) {
    const what = `${entry.verb} ${entry.resource}${entry.code >= 400 ? ` (${entry.code})` : ""}`;
    counts.set(what, (counts.get(what) ?? 0) + 1 / objects);
  }
  return counts;
}

/** A line for each size and contender, with the ratio of each to its peer. `isMet`: ours is ready in time everywhere. */
export function render(
  runs: readonly Run[],
  readyBar: number,
): { readonly text: string; readonly isMet: boolean } {
  const sums = Map.groupBy(runs, ({ objects, contender: { name } }) => `${objects} ${name}`)
    .values()
    .map(sum)
    .toArray();
  const peerOf = ({ objects, contender }: Sum) =>
    sums.find(
      (other) =>
        other.objects === objects &&
        other.contender.what === contender.what &&
        other.contender.side === "peer",
    );
  const rows = sums.map((one) => ({ one, peer: peerOf(one) }));
  const certificates = rows.filter(({ one: { contender } }) => contender.what === "certificate");
  const isMet = certificates.every(
    ({ one: { contender, ready }, peer }) =>
      contender.side !== "ours" || (peer !== undefined && ready <= peer.ready * readyBar),
  );
  const bar = `Certificates ready at most ${readyBar} times as late as with the shim: ${isMet ? "pass" : "MISS"}`;
  const times = [
    "| at once | | created | ready | ratio | last ready | ratio | requests for each | rounds |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(({ one, peer }) => timesOf(one, peer)),
  ];
  const requests = [
    "| at once | | requests for each, by what they are |",
    "| --- | --- | --- |",
    ...sums.map(({ objects, contender, requests }) =>
      line([objects, contender.name, describeCounts(requests)]),
    ),
  ];
  const verdict = certificates.length === 0 ? [] : [bar, ""];
  return { text: [...times, "", ...verdict, ...requests].join("\n"), isMet };
}

interface Sum {
  readonly contender: Contender;
  readonly objects: number;
  readonly created: number | null;
  readonly ready: number;
  readonly last: number;
  readonly requests: ReadonlyMap<string, number>;
  readonly rounds: number;
}

function sum(runs: readonly Run[]): Sum {
  const [{ contender, objects } = raise()] = runs;
  const median = (samples: readonly number[]) => summarize(samples).median;
  const created = runs.flatMap((run) => run.created);
  const kinds = new Set(runs.flatMap(({ requests }) => [...requests.keys()]));
  const countOf = (kind: string) => median(runs.map(({ requests }) => requests.get(kind) ?? 0));
  return {
    contender,
    objects,
    created: created.length === 0 ? null : median(created),
    ready: median(runs.flatMap(({ ready }) => ready)),
    last: median(runs.map(({ ready }) => Math.max(...ready))),
    requests: new Map([...kinds].sort().map((kind) => [kind, countOf(kind)])),
    rounds: runs.length,
  };
}

function raise(): never {
  throw new RangeError("no run");
}

function timesOf({ objects, contender, created, ready, last, requests, rounds }: Sum, peer?: Sum): string {
  const ms = (value: number | null) => (value === null ? "–" : `${value.toFixed(0)} ms`);
  const ratio = (value: number, other?: number) =>
    other === undefined || contender.side === "peer" ? "" : (value / other).toFixed(2);
  const count = requests.values().reduce((total, each) => total + each, 0);
  return line([
    objects,
    contender.name,
    ms(created),
    ms(ready),
    ratio(ready, peer?.ready),
    ms(last),
    ratio(last, peer?.last),
    count.toFixed(1),
    rounds,
  ]);
}

/** What is one in ten of an object or less is left out: watches, mostly. */
function describeCounts(requests: ReadonlyMap<string, number>): string {
  return [...requests]
    .filter(([, count]) => count >= 0.1)
    .map(([what, count]) => `${Number(count.toFixed(1))} ${what}`)
    .join(", ");
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}
