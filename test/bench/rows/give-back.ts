/**
 * After a resync of a large cluster the process gives memory back once it is quiet: what that takes from the event loop,
 * and whether the next event is any slower for it than one before the resync.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { counting, longestBlock } from "../loop-delay.ts";
import { type FunctionProcess, startFunction } from "../processes.ts";
import type { Row } from "../table.ts";
import { routeEvent } from "../workload.ts";
import { converge, resync } from "./resync.ts";

const ROUTES = 10_000;
const WARM_UP = 20;
/** It is given back after half a second of quiet. */
const QUIET_MS = 1_500;

export async function giveBackRows(bench: Bench): Promise<Row[]> {
  await bench.routes(ROUTES);
  await converge(bench);
  const route = await bench.loneRoute();
  const progress = bench.startProgress("memory given back");
  const file = join(bench.scratch, "block");
  const samples: Awaited<ReturnType<typeof sample>>[] = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    const ours = await startFunction(bench.folder, counting(bench.env, file));
    const values = await sample(ours, async () => {
      const { sentAt, answeredAt } = await ours.send(routeEvent(route, "update"));
      return answeredAt - sentAt;
    });
    await ours.stop();
    samples.push({ ...values, block: await longestBlock(file) });
    progress.tell(repetition, bench.repetitions);
  }
  progress.end();
  return [
    {
      what: `event after a resync of ${ROUTES} routes and ${QUIET_MS / 1000} s of quiet, against one before it`,
      unit: "ms",
      ours: samples.map(({ after }) => after),
      raw: samples.map(({ before }) => before),
      bar: { kind: "ratio", atMost: 1.1 },
      memory: samples.map(({ kept }) => kept),
    },
    {
      what: "  the event right after the resync, against one before it",
      unit: "ms",
      ours: samples.map(({ next }) => next),
      raw: samples.map(({ before }) => before),
      bar: { kind: "ratio", atMost: 1.1 },
      memory: samples.map(({ most }) => most),
    },
    {
      what: "  the event loop blocked while memory is given back",
      unit: "ms",
      ours: samples.map(({ block }) => block),
      raw: null,
      bar: null,
      memory: [],
    },
  ];
}

/** `event` sends one that needs nothing, and takes its time. */
async function sample(ours: FunctionProcess, event: () => Promise<number>) {
  for (let count = 0; count < WARM_UP; count++) await event();
  // As the later ones, after a while in which nothing happens.
  await delay(QUIET_MS);
  const before = await event();
  await resync(ours);
  const next = await event();
  const most = await ours.memory();
  ours.signal("SIGUSR2");
  await delay(QUIET_MS);
  const kept = await ours.memory();
  return { before, next, most, kept, after: await event(), block: 0 };
}
