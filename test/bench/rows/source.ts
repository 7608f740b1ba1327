/**
 * Events through the ApiServerSource, which sends one event of a kind at a time and waits for the answer: from the POST
 * of a route to both its children, one at a time and hundreds at once; and what needs nothing, to its answer. Against a
 * sink behind the same source that does only what it must (`raw/sink.cjs`). Behind a broker, which has taken all events
 * and delivers them in any order, several at a time, the same with one and with three replicas.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { childrenAppliedAt } from "../audit-times.ts";
import type { Bench } from "../bench.ts";
import { startBroker } from "../broker.ts";
import { now } from "../processes.ts";
import { inPool } from "../progress.ts";
import { type Sink, startSinks } from "../sinks.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { withSource } from "../with-source.ts";
import { routeManifest } from "../workload.ts";

const BURSTS = [300, 1_000];
const BROKER_BURST = 300;
const REPLICAS = [1, 3];
const WARM_UP = 20;
const DEADLINE_MS = 300_000;

type Sides = Readonly<Record<string, readonly Sink[]>>;

export async function sourceRows(bench: Bench): Promise<Row[]> {
  const { sides, stop } = await startSinks(bench, 1);
  const runs = bench.repetitions;
  try {
    const rows = [
      ...(await measure(bench, sides, "new route through the source: POST to both children", {
        bar: 1.6,
        runs,
        run: (sinks) => toChildren(bench, sinks, 1),
      })),
      ...(await unchangedRows(bench, sides)),
    ];
    for (const count of BURSTS) {
      const what = `${count} routes at once through the source: to all children`;
      const run = (sinks: readonly Sink[]) => toChildren(bench, sinks, count);
      rows.push(...(await measure(bench, sides, what, { bar: 1.3, runs: few(runs, count), warmUp: 0, run })));
    }
    return rows;
  } finally {
    await stop();
  }
}

export async function brokerRows(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const replicas of REPLICAS) {
    const { sides, stop } = await startSinks(bench, replicas);
    try {
      const what = `${BROKER_BURST} routes at once through a broker, ${replicas === 1 ? "one replica" : `${replicas} replicas`}`;
      const run = (sinks: readonly Sink[]) => toChildren(bench, sinks, BROKER_BURST, true);
      const runs = few(bench.repetitions, BROKER_BURST);
      rows.push(...(await measure(bench, sides, what, { bar: 1.3, runs, warmUp: 0, run })));
    } finally {
      await stop();
    }
  }
  return rows;
}

/** A burst takes seconds. */
function few(repetitions: number, count: number): number {
  return Math.max(2, Math.ceil((repetitions * 60) / count));
}

/** What needs nothing: a label of a route, and what cert-manager writes into a status. */
async function unchangedRows(bench: Bench, sides: Sides): Promise<Row[]> {
  const route = await bench.loneRoute();
  const { namespace = "", name } = route.metadata;
  const child = { apiVersion: "cert-manager.io/v1", kind: "Certificate", namespace, name: `${name}-tls` };
  await toAnswer(bench, sides.ours ?? [], `${namespace}/ingressroutes/${name}`, () =>
    label(bench, route, "first"),
  );
  let count = 0;
  const rows = await measure(bench, sides, "route that needs nothing through the source: change to answer", {
    bar: 1.3,
    runs: bench.repetitions * 2,
    run: (sinks) =>
      toAnswer(bench, sinks, `${namespace}/ingressroutes/${name}`, () => label(bench, route, `n${++count}`)),
  });
  const status = () => bench.admin.patch(child, { status: { revision: ++count } }, { subresource: "status" });
  const echoes = await measure(bench, sides, "status of a Certificate through the source: change to answer", {
    bar: 1,
    runs: bench.repetitions * 2,
    run: (sinks) => toAnswer(bench, sinks, `${namespace}/certificates/${name}-tls`, status),
  });
  return [...rows, ...echoes];
}

function label(
  { admin }: Bench,
  { apiVersion, kind, metadata }: Awaited<ReturnType<Bench["loneRoute"]>>,
  value: string,
) {
  const target = { apiVersion, kind, namespace: metadata.namespace ?? "", name: metadata.name };
  return admin.patch(target, { metadata: { labels: { bench: value } } });
}

interface Measurement {
  readonly bar: number;
  readonly runs: number;
  readonly warmUp?: number;
  readonly run: (sinks: readonly Sink[]) => Promise<number>;
}

async function measure(
  bench: Bench,
  sides: Sides,
  what: string,
  { bar, runs, warmUp = WARM_UP, run }: Measurement,
): Promise<Row[]> {
  const progress = bench.startProgress(what);
  const each = Object.fromEntries(Object.entries(sides).map(([name, sinks]) => [name, () => run(sinks)]));
  if (warmUp > 0) await inTurn(warmUp, each, () => {});
  const samples = await inTurn(runs, each, (done) => progress.tell(done, runs));
  progress.end();
  const { raw = [], ours = [], former } = samples;
  const row = { what, unit: "ms", raw, bar: { kind: "ratio", atMost: bar }, memory: [] } as const;
  const rows: Row[] = [{ ...row, ours }];
  return former === undefined
    ? rows
    : [...rows, { ...row, what: "  the same, the other bundle", ours: former, bar: null }];
}

/** After a burst the function still sees new routes for three seconds, and would do the other side's work. */
const LOOK_AHEAD_ENDS_MS = 3_500;

/** Milliseconds from the first POST until the API server has answered the last create of a child. */
async function toChildren(
  bench: Bench,
  sinks: readonly Sink[],
  routes: number,
  isBrokered = false,
): Promise<number> {
  const namespaces = await bench.namespaces(routes);
  if (routes > 1) await delay(LOOK_AHEAD_ENDS_MS);
  const urls = sinks.map(({ port }) => `http://127.0.0.1:${port}/`);
  const broker = isBrokered ? await startBroker(urls) : null;
  try {
    return await withSource(bench, broker?.url ?? urls[0] ?? "", async (source) => {
      const mark = await bench.times.mark();
      const startedAt = now();
      await inPool(
        namespaces,
        64,
        async (name) => void (await bench.admin.create(routeManifest(name, "web"))),
      );
      for (const name of namespaces) {
        const { outcome } = await source.delivery(
          ({ subject }) => subject.endsWith(`/namespaces/${name}/ingressroutes/web`),
          DEADLINE_MS,
        );
        if (outcome !== "delivered") throw new Error(`the event of ${name}/web was ${outcome}`);
      }
      await broker?.delivered();
      const requests = await bench.times.requests(sinks[0]?.sender ?? "raw", mark);
      return childrenAppliedAt(requests, 2 * routes) - startedAt;
    });
  } finally {
    await broker?.stop();
  }
}

/** Milliseconds from a change until its event is answered. */
function toAnswer(
  bench: Bench,
  [sink]: readonly Sink[],
  object: string,
  change: () => Promise<unknown>,
): Promise<number> {
  return withSource(bench, `http://127.0.0.1:${sink?.port}`, async (source) => {
    const startedAt = now();
    await change();
    const { outcome } = await source.delivery(({ subject }) => subject.endsWith(`/namespaces/${object}`));
    if (outcome !== "delivered") throw new Error(`the event of ${object} was ${outcome}`);
    return now() - startedAt;
  });
}
