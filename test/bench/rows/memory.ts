/**
 * Resident memory after a converged resync: bounded by the largest namespace, not by the cluster.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { startFunction } from "../processes.ts";
import type { Row } from "../table.ts";
import { converge, resync } from "./resync.ts";

const FEW = 1_000;
const MANY = 20_000;

/** Must run before any row that makes more than 1,000 routes; the rest of it, `grow`, comes last. */
export async function memoryOfFew(bench: Bench): Promise<readonly number[]> {
  await bench.routes(FEW);
  await converge(bench);
  return memoryAfterResync(bench, FEW);
}

export async function memoryRows(bench: Bench, few: readonly number[]): Promise<Row[]> {
  await bench.routes(MANY);
  await converge(bench);
  return [
    {
      what: `resident memory after a converged resync, ${MANY} routes against ${FEW}`,
      unit: "MiB",
      ours: await memoryAfterResync(bench, MANY),
      raw: few,
      bar: { kind: "ratio", atMost: 1.2 },
      memory: [],
    },
  ];
}

const AT_REST_MS = 1_500;

/** Each time in a new process, after its first resync. */
async function memoryAfterResync(bench: Bench, count: number): Promise<readonly number[]> {
  const progress = bench.startProgress(`memory after a resync of ${count} routes`);
  const samples: number[] = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    const ours = await startFunction(bench.folder, bench.env);
    await resync(ours);
    // It gives back what it needed once it is quiet.
    await delay(AT_REST_MS);
    samples.push(await ours.memory());
    await ours.stop();
    progress.tell(repetition, bench.repetitions);
  }
  progress.end();
  return samples;
}
