/**
 * `hostClaims: strict` where 8,000 routes are there, in several namespaces and then as many again in one: how long the
 * event of a new route, which reads them all, blocks the event loop, and how long it takes against reading the lists.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Bench } from "../bench.ts";
import { counting, longestBlock } from "../loop-delay.ts";
import { type RawProcess, startFunction, startRaw } from "../processes.ts";
import { inPool } from "../progress.ts";
import type { Row } from "../table.ts";
import { LIST_PATHS, routeEvent, routeManifest } from "../workload.ts";
import { converge } from "./resync.ts";

const ROUTES = 8_000;
const CROWDED = "claims";
const PAGE_SIZE = 500;
const BLOCK_MS = 20;
/** What the process did at its start is not counted. */
const SETTLED_MS = 200;

export async function claimsRows(bench: Bench): Promise<Row[]> {
  const config = join(bench.scratch, "strict.json");
  await writeFile(config, JSON.stringify({ hostClaims: "strict" }));
  const env = { ...bench.env, CONFIG_FILE: config };
  const raw = await startRaw(bench.bareEnv);
  try {
    await bench.routes(ROUTES);
    await converge(bench);
    const several = await measure(bench, env, raw, `${ROUTES} routes in several namespaces`, () =>
      bench.loneRoute(),
    );
    await crowd(bench);
    let late = 0;
    const one = await measure(bench, env, raw, `${ROUTES} more, all in its namespace`, () =>
      bench.admin.create(routeManifest(CROWDED, `late-${++late}`)),
    );
    return [...several, ...one];
  } finally {
    await raw.stop();
  }
}

async function crowd(bench: Bench): Promise<void> {
  await bench.admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: CROWDED } });
  const progress = bench.startProgress(`${ROUTES} routes in one namespace`);
  const names = Array.from({ length: ROUTES }, (_, index) => `web-${index}`);
  await inPool(names, 32, async (name) => void (await bench.admin.create(routeManifest(CROWDED, name))));
  progress.end();
  await converge(bench);
}

async function measure(
  bench: Bench,
  env: Record<string, string>,
  raw: RawProcess,
  where: string,
  newRoute: () => Promise<KubernetesObject>,
): Promise<Row[]> {
  const progress = bench.startProgress(`strict host claims, ${where}`);
  const file = join(bench.scratch, "block");
  const samples: { readonly ms: number; readonly block: number; readonly memory: number }[] = [];
  const lists: number[] = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    const ours = await startFunction(bench.folder, counting(env, file));
    await ours.send(routeEvent(await newRoute(), "add"));
    await delay(SETTLED_MS);
    ours.signal("SIGUSR2");
    await delay(SETTLED_MS);
    const { sentAt, answeredAt } = await ours.send(routeEvent(await newRoute(), "add"));
    const memory = await ours.peakMemory();
    await ours.stop();
    samples.push({ ms: answeredAt - sentAt, block: await longestBlock(file), memory });
    const { startedAt, endedAt } = await raw.run("lists", { paths: LIST_PATHS, limit: PAGE_SIZE });
    lists.push(endedAt - startedAt);
    progress.tell(repetition, bench.repetitions);
  }
  progress.end();
  return [
    {
      what: `strict host claims, ${where}: the event loop blocked`,
      unit: "ms",
      ours: samples.map(({ block }) => block),
      raw: null,
      bar: { kind: "limit", atMost: BLOCK_MS },
      memory: samples.map(({ memory }) => memory),
    },
    {
      what: "  the event of a new route to its answer, against reading the three lists",
      unit: "ms",
      ours: samples.map(({ ms }) => ms),
      raw: lists,
      bar: null,
      memory: [],
    },
  ];
}
