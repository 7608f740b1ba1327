/**
 * What changes in a namespace of a thousand routes, against the same in one that has hardly any: the others, who may
 * have the Secret and the names that a route takes up, must not be what it costs.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Bench } from "../bench.ts";
import { type FunctionProcess, startFunction } from "../processes.ts";
import { inPool } from "../progress.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { routeEvent, routeManifest } from "../workload.ts";
import { converge } from "./resync.ts";

const NAMESPACE = "crowded";
const ROUTES = 1_000;
const WARM_UP = 5;
/** Events that come one after another are a burst, in which the function looks ahead. */
const PAUSE_MS = 600;
const BAR = { kind: "ratio", atMost: 2 } as const;

/** Milliseconds of each event from sending it to its answer. */
interface Times {
  readonly fresh: number;
  readonly joining: number;
  readonly leaving: number;
}

export async function crowdedRows(bench: Bench): Promise<Row[]> {
  const { admin } = bench;
  await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const names = Array.from({ length: ROUTES }, (_, index) => `web-${index}`);
  await inPool(names, 32, async (name) => void (await admin.create(routeManifest(NAMESPACE, name))));
  await converge(bench);
  const ours = await startFunction(bench.folder, bench.env);
  const progress = bench.startProgress(`events in a namespace of ${ROUTES}`);
  let count = 0;
  const sides = {
    alone: async () => {
      const { metadata } = await bench.loneRoute();
      const namespace = metadata.namespace ?? "";
      await answered(ours, { ...routeManifest(namespace, metadata.name), metadata }, "add");
      return timesIn(bench, ours, namespace, metadata.name, "late");
    },
    crowded: () => timesIn(bench, ours, NAMESPACE, `web-${++count}`, `late-${count}`),
  };
  try {
    await inTurn(WARM_UP, sides, () => {});
    const { alone, crowded } = await inTurn(bench.repetitions, sides, (done) =>
      progress.tell(done, bench.repetitions),
    );
    const row = (what: string, time: keyof Times): Row => ({
      what: `${what} in a namespace of ${ROUTES}, against the same in a small one`,
      unit: "ms",
      ours: crowded.map((times) => times[time]),
      raw: alone.map((times) => times[time]),
      bar: BAR,
      memory: [],
    });
    return [
      row("a new route", "fresh"),
      row("a new route that joins the Secret of another", "joining"),
      row("one that leaves it", "leaving"),
    ];
  } finally {
    progress.end();
    await ours.stop();
  }
}

/** A route that has everything to itself, one that names the Secret of `other`, and that one once it names its own. */
async function timesIn(
  { admin }: Bench,
  ours: FunctionProcess,
  namespace: string,
  other: string,
  name: string,
): Promise<Times> {
  const fresh = await answered(ours, await admin.create(routeManifest(namespace, `${name}-own`)), "add");
  const own = routeManifest(namespace, name);
  const { apiVersion, kind, metadata } = own;
  const shared = { ...own, spec: { ...own.spec, tls: { secretName: `${other}-tls` } } };
  const joining = await answered(ours, await admin.create(shared), "add");
  const moved = await admin.patch({ apiVersion, kind, ...metadata }, { spec: own.spec });
  return { fresh, joining, leaving: await answered(ours, moved, "update") };
}

async function answered(
  ours: FunctionProcess,
  route: KubernetesObject,
  change: "add" | "update",
): Promise<number> {
  await delay(PAUSE_MS);
  const { sentAt, answeredAt } = await ours.send(routeEvent(route, change));
  return answeredAt - sentAt;
}
