/**
 * The toy integration on a real API server: the chart that is generated with it, its rights and its watch.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { INTEGRATIONS } from "../../functions/integrations/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { writeChart } from "../toy-integration/chart.ts";
import { probe } from "../toy-integration/probe/definition.ts";
import { PROBE_CRD } from "../toy-integration/probe-crd.ts";
import { mustGet } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const PROBES = { apiVersion: "monitoring.coreos.com/v1", kind: "Probe" } as const;

suite("a toy integration on a real API server", () => {
  let world: World;
  let folder: string;

  before(async () => {
    const cluster = await sharedControlPlane();
    await cluster.admin.applyCrds([PROBE_CRD]);
    folder = await mkdtemp(join(tmpdir(), "toy-integration-"));
    world = await startWorld(cluster, {
      chart: await writeChart(folder),
      values: { integrations: { probe: { enabled: true }, externalDNS: { enabled: false } } },
      function: { integrations: [...INTEGRATIONS, probe] },
    });
  });
  after(async () => {
    await world.stop();
    await rm(folder, { recursive: true });
  });

  const targets = async (name: string) => {
    const { spec } = await mustGet(world.admin, { ...PROBES, namespace: world.namespace, name });
    return (spec as { targets: unknown }).targets;
  };

  test("makes its child with the rights of the chart, gets its events and brings it back", async () => {
    const { admin, namespace } = world;
    const sources = await world.listen();
    await sources.during(`${namespace}/ingressroutes/web`, () => admin.apply(world.route({ name: "web" })));
    const target = { ...PROBES, namespace, name: "web-probe" };
    assert.deepEqual(await targets("web-probe"), { staticConfig: { static: ["https://web.example.com"] } });
    await sources.during(`${namespace}/probes/web-probe`, () => admin.delete(target));
    assert.deepEqual(await targets("web-probe"), { staticConfig: { static: ["https://web.example.com"] } });
    const edit = { spec: { targets: { staticConfig: { static: [] } } } };
    await sources.during(`${namespace}/probes/web-probe`, () => admin.patch(target, edit));
    assert.deepEqual(await targets("web-probe"), { staticConfig: { static: ["https://web.example.com"] } });
    await sources.stop();
  });
});
