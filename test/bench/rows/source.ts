/**
 * New routes through the ApiServerSource, which sends one event of a kind at a time and waits for the answer: from the
 * POST of a route to both its children, one at a time and two hundred at once. Against a sink behind the same source that
 * does only what it must: one GET, two creates side by side, 204.
 *
 * @module
 */
import { join } from "node:path";
import { startApiServerSource } from "../../api-server-source/api-server-source.ts";
import type { WatchedResource } from "../../api-server-source/config.ts";
import { childrenAppliedAt, type Sender } from "../audit-times.ts";
import type { Bench } from "../bench.ts";
import { type Listener, now, startListener } from "../processes.ts";
import { inPool } from "../progress.ts";
import { learn, type RawRequest } from "../replay.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { routeManifest } from "../workload.ts";

const BURST = 200;
const WARM_UP = 20;

const watched = (group: string, version: string, plural: string, selector = ""): WatchedResource => ({
  resource: { group, version, plural },
  selector,
});
const ours = "kubernetes.io/managed-by=Traefik-cert-rotater";
const RESOURCES: readonly WatchedResource[] = [
  watched("traefik.io", "v1alpha1", "ingressroutes"),
  watched("cert-manager.io", "v1", "certificates", ours),
  watched("externaldns.k8s.io", "v1alpha1", "dnsendpoints", ours),
];

interface Sink extends Listener {
  readonly sender: Sender;
}

export async function sourceRows(bench: Bench): Promise<Row[]> {
  const sinks: Record<string, Sink> = {
    raw: { ...(await startRawSink(bench)), sender: "raw" },
    ours: { ...(await startSink(bench, bench.folder)), sender: "traefik-cert-rotater" },
  };
  if (bench.former !== null)
    sinks.former = { ...(await startSink(bench, bench.former)), sender: "traefik-cert-rotater" };
  try {
    const single = await measure(bench, sinks, "new route through the source", WARM_UP, 1, bench.repetitions);
    const burst = await measure(
      bench,
      sinks,
      `${BURST} routes at once`,
      0,
      BURST,
      Math.ceil(bench.repetitions / 5),
    );
    return [
      ...rowsOf("new route through the source: POST to both children", single),
      ...rowsOf(`${BURST} routes at once through the source: to all children`, burst),
    ];
  } finally {
    await Promise.all(Object.values(sinks).map((sink) => sink.stop()));
  }
}

function rowsOf(what: string, samples: Readonly<Record<string, readonly number[]>>): Row[] {
  const { raw = [], ours: function_ = [], former } = samples;
  const row = (name: string, side: readonly number[]): Row => ({
    what: name,
    unit: "ms",
    ours: side,
    raw,
    bar: null,
    memory: [],
  });
  const rows = [row(what, function_)];
  return former === undefined ? rows : [...rows, row("  the same, the other bundle", former)];
}

function startSink(bench: Bench, folder: string): Promise<Listener> {
  return startListener(join(folder, "serve.cjs"), { ...bench.env, PORT: "0" });
}

/** It creates what the function was seen to create. */
async function startRawSink(bench: Bench): Promise<Listener> {
  const replay = await learn(bench, "add");
  const model = { namespace: "model-namespace", uid: "00000000-0000-4000-8000-000000000000" };
  const { applies } = replay({
    ...routeManifest(model.namespace, "web"),
    metadata: { name: "web", ...model },
  });
  const script = join(import.meta.dirname, "../raw/sink.cjs");
  return startListener(script, bench.bareEnv, [JSON.stringify({ model, applies } satisfies RawInput)]);
}

interface RawInput {
  readonly model: { readonly namespace: string; readonly uid: string };
  readonly applies: readonly RawRequest[];
}

async function measure(
  bench: Bench,
  sinks: Readonly<Record<string, Sink>>,
  what: string,
  warmUp: number,
  routes: number,
  repetitions: number,
): Promise<Record<string, number[]>> {
  const progress = bench.startProgress(what);
  const sides = Object.fromEntries(
    Object.entries(sinks).map(([name, sink]) => [name, () => toChildren(bench, sink, routes)]),
  );
  if (warmUp > 0) await inTurn(warmUp, sides, () => {});
  const samples = await inTurn(repetitions, sides, (done) => progress.tell(done, repetitions));
  progress.end();
  return samples;
}

/** Milliseconds from the first POST until the API server has answered the last create of a child. */
async function toChildren({ admin, connection, times, ...bench }: Bench, sink: Sink, routes: number) {
  const namespaces = await bench.namespaces(routes);
  const source = await startApiServerSource({
    connection,
    config: {
      resources: RESOURCES,
      mode: "Reference",
      namespaces: "all",
      sink: `http://127.0.0.1:${sink.port}`,
      extensions: {},
      namespace: "bench",
    },
  });
  try {
    const mark = await times.mark();
    const startedAt = now();
    await inPool(namespaces, 64, async (name) => void (await admin.create(routeManifest(name, "web"))));
    for (const name of namespaces) {
      const { outcome } = await source.delivery(
        ({ subject }) => subject.endsWith(`/namespaces/${name}/ingressroutes/web`),
        120_000,
      );
      if (outcome !== "delivered") throw new Error(`the event of ${name}/web was ${outcome}`);
    }
    return childrenAppliedAt(await times.requests(sink.sender, mark), 2 * routes) - startedAt;
  } finally {
    await source.stop();
  }
}
