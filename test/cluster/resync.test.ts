/**
 * A resync wakes the function as a change does: sent by hand, and by the CronJob's Job.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CERTIFICATES, ingressRoute, mustGet } from "../integration/harness/objects.ts";
import { runResyncJob } from "./harness/job.ts";
import { productUrl } from "./harness/product.ts";
import { sendEvent } from "./harness/request.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";

let world: ClusterWorld;
let namespace: string;

before(async () => {
  world = await enterCluster();
  // Only the resync may report it.
  await world.sources.stop();
  namespace = await world.admin.createNamespace("resync");
});
after(async () => {
  await world?.stop();
});

test("a resync event sent by hand wakes the function, which finds a route of which no event came", async () => {
  const { admin } = world;
  await admin.apply(ingressRoute({ namespace, name: "by-hand" }));
  await world.asleep();
  const { status } = await sendEvent(productUrl, "io.traefik-cert-rotater.resync");
  assert.equal(status, 204);
  await mustGet(admin, { ...CERTIFICATES, namespace, name: "by-hand-tls" });
});

test("the CronJob's Job wakes the function", async () => {
  const { admin } = world;
  await admin.apply(ingressRoute({ namespace, name: "by-job" }));
  await world.asleep();
  await runResyncJob(world, `by-test-${process.pid}`);
  await mustGet(admin, { ...CERTIFICATES, namespace, name: "by-job-tls" });
});
