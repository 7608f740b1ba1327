/**
 * A new route in a namespace of a thousand, whose Certificates, and for a shared Secret whose routes too, are listed to
 * find out who else claims its Secret. Measured against a new route that has a namespace to itself.
 *
 * @module
 */
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
const WARM_UP = 10;

export async function crowdedRows(bench: Bench): Promise<Row[]> {
  const { admin } = bench;
  await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const names = Array.from({ length: ROUTES }, (_, index) => `web-${index}`);
  await inPool(names, 32, async (name) => void (await admin.create(routeManifest(NAMESPACE, name))));
  await converge(bench);
  const ours = await startFunction(bench.folder, bench.env);
  const progress = bench.startProgress(`a new route among ${ROUTES}`);
  let late = 0;
  const fresh = () => admin.create(routeManifest(NAMESPACE, `late-${++late}`));
  const joining = () => {
    const route = routeManifest(NAMESPACE, `late-${++late}`);
    return admin.create({ ...route, spec: { ...route.spec, tls: { secretName: `web-${late}-tls` } } });
  };
  const sides = {
    alone: () => answered(ours, bench.loneRoute()),
    fresh: () => answered(ours, fresh()),
    joining: () => answered(ours, joining()),
  };
  try {
    await inTurn(WARM_UP, sides, () => {});
    const samples = await inTurn(bench.repetitions, sides, (done) => progress.tell(done, bench.repetitions));
    const row = (what: string, ms: readonly number[]): Row => ({
      what,
      unit: "ms",
      ours: ms,
      raw: samples.alone,
      bar: null,
      memory: [],
    });
    return [
      row(`a new route in a namespace of ${ROUTES}, against one alone`, samples.fresh),
      row("  one that joins the Secret of another there, against one alone", samples.joining),
    ];
  } finally {
    progress.end();
    await ours.stop();
  }
}

/** Milliseconds from sending the event of a new route to its answer. */
async function answered(ours: FunctionProcess, route: Promise<KubernetesObject>): Promise<number> {
  const { sentAt, answeredAt } = await ours.send(routeEvent(await route, "add"));
  return answeredAt - sentAt;
}
