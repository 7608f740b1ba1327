/**
 * The table of the bench.
 *
 * @module
 */
import { summarize } from "../../bench/statistics.ts";
import type { Contender } from "./contenders.ts";

/** One round of one contender; times in milliseconds since each object was applied. */
export interface Run {
  readonly contender: Contender;
  readonly objects: number;
  readonly created: readonly number[];
  readonly ready: readonly number[];
  /** To the API server, for each object. */
  readonly requests: number;
}

const WHY = `Requests for each object are those of what stands between the user's object and its child, told by the API server's
audit log. An informer is told of every object that it follows and needs no request to read one: the shim creates the
Certificate (1), writes an Event (1), and reads nothing; external-dns asks nothing for a route, and of a DNSEndpoint writes
the status (1). This function keeps nothing, so that it can be gone between two events: for each event it reads the route,
its children and what may stand in their way, live, before it writes, and looks again after it.`;

/** A line for each size and contender, with the ratio of ours to the other. `isMet`: ours is ready in time everywhere. */
export function render(
  runs: readonly Run[],
  readyBar: number,
): { readonly text: string; readonly isMet: boolean } {
  const lines = [
    "| at once | | created, median | ratio | ready, median | ratio | last ready | requests for each |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
  ];
  let isMet = true;
  for (const { objects, what } of groupsOf(runs)) {
    const mine = runs.filter((run) => run.objects === objects && run.contender.what === what);
    const theirs = sum(mine.filter(({ contender }) => !contender.isOurs));
    const names = new Set(
      mine.filter(({ contender }) => contender.isOurs).map(({ contender }) => contender.name),
    );
    for (const name of names) {
      const ours = sum(mine.filter(({ contender }) => contender.name === name));
      const readyRatio = ours.ready / theirs.ready;
      if (what === "certificate") isMet &&= readyRatio <= readyBar;
      lines.push(row(objects, ours, [ours.created / theirs.created, readyRatio]));
    }
    lines.push(row(objects, theirs));
  }
  const bar = `Certificates ready at most ${readyBar} times as late as with the shim: ${isMet ? "pass" : "MISS"}`;
  return { text: `${lines.join("\n")}\n\n${bar}\n\n${WHY}`, isMet };
}

interface Sum {
  readonly name: string;
  readonly created: number;
  readonly ready: number;
  readonly last: number;
  readonly requests: number;
}

function sum(runs: readonly Run[]): Sum {
  const median = (samples: readonly number[]) => summarize(samples).median;
  return {
    name: runs[0]?.contender.name ?? "",
    created: median(runs.flatMap(({ created }) => created)),
    ready: median(runs.flatMap(({ ready }) => ready)),
    last: median(runs.map(({ ready }) => Math.max(...ready))),
    requests: median(runs.map(({ requests }) => requests)),
  };
}

function row(
  objects: number,
  { name, created, ready, last, requests }: Sum,
  ratios: readonly number[] = [],
): string {
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const [createdRatio = "", readyRatio = ""] = ratios.map((ratio) => ratio.toFixed(2));
  const cells = [
    objects,
    name,
    ms(created),
    createdRatio,
    ms(ready),
    readyRatio,
    ms(last),
    requests.toFixed(1),
  ];
  return `| ${cells.join(" | ")} |`;
}

function groupsOf(runs: readonly Run[]): { objects: number; what: string }[] {
  const keys = new Set(runs.map(({ objects, contender }) => `${objects} ${contender.what}`));
  return [...keys].map((key) => ({ objects: Number(key.split(" ")[0]), what: key.split(" ")[1] ?? "" }));
}
