/**
 * A resync wakes the function as a change does: sent by hand, and by the CronJob's Job.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Manifest } from "../control-plane/admin.ts";
import { CERTIFICATES, ingressRoute, mustGet } from "../integration/harness/objects.ts";
import { productUrl } from "./harness/product.ts";
import { sendEvent } from "./harness/request.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";

let world: ClusterWorld;
let namespace: string;

before(async () => {
  world = await enterCluster();
  // Only the resync shall tell.
  await world.sources.stop();
  namespace = await world.admin.createNamespace("resync");
});
after(async () => {
  await world?.stop();
});

test("a resync event sent by hand wakes the function, which finds a route that no event told about", async () => {
  const { admin } = world;
  await admin.apply(ingressRoute({ namespace, name: "by-hand" }));
  await world.asleep();
  const { status } = await sendEvent(productUrl, "io.traefik-cert-rotater.resync");
  assert.equal(status, 204);
  await mustGet(admin, { ...CERTIFICATES, namespace, name: "by-hand-tls" });
});

test("the CronJob's Job wakes the function", async () => {
  const { admin, release } = world;
  await admin.apply(ingressRoute({ namespace, name: "by-job" }));
  await world.asleep();
  const kind = { apiVersion: "batch/v1", namespace: release.namespace } as const;
  const cronJob = await mustGet(admin, { ...kind, kind: "CronJob", name: `${release.name}-resync` });
  const { jobTemplate } = cronJob.spec as { jobTemplate: { spec: Manifest } };
  const name = `by-test-${process.pid}`;
  const metadata = { namespace: kind.namespace, name };
  await admin.create({ apiVersion: kind.apiVersion, kind: "Job", metadata, spec: jobTemplate.spec });
  const job = { ...kind, kind: "Job", name };
  const done = (type: string) => (object: { readonly status?: unknown } | null) => {
    const { conditions = [] } = (object?.status ?? {}) as { conditions?: { type: string; status: string }[] };
    return conditions.some((condition) => condition.type === type && condition.status === "True");
  };
  const ended = await admin.waitFor(
    job,
    (object) => done("Complete")(object) || done("Failed")(object),
    90_000,
  );
  assert.ok(done("Complete")(ended), JSON.stringify(ended?.status));
  await mustGet(admin, { ...CERTIFICATES, namespace, name: "by-job-tls" });
});
