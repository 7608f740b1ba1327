/**
 * The chart's NetworkPolicies, enforced: they let through what the product needs, and nothing else.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CERTIFICATES, ENDPOINTS, ingressRoute, mustGet } from "../integration/harness/objects.ts";
import { everyStep } from "./harness/every-step.ts";
import { runResyncJob } from "./harness/job.ts";
import { type PolicyEngine, startPolicyEngine } from "./harness/policy-engine.ts";
import { listen, reachable } from "./harness/probe.ts";
import { productUrl } from "./harness/product.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";
import { addresses } from "./layout.ts";

/** Ports of a Knative function's pod: of the function, of the queue-proxy. */
const FUNCTION_PORT = 8080;
const QUEUE_PORTS = [8012, 8013, 8112, 9090];

let world: ClusterWorld;
let engine: PolicyEngine;
/** A namespace that has nothing to do with the product. */
let elsewhere: string;
/** Pods that accept connections: one with the labels of the function, one with those of a resync, one elsewhere. */
let asFunction: string;
let asResync: string;
let other: string;

const labelsOf = (component: string) => ({
  "app.kubernetes.io/name": "traefik-cert-rotation",
  "app.kubernetes.io/instance": world.release.name,
  "app.kubernetes.io/component": component,
});

const ofThisRun = (name: string) => `${name}-${process.pid}`;

before(async () => {
  world = await enterCluster();
  const { admin, cluster, release } = world;
  const { namespace } = release;
  elsewhere = await admin.createNamespace("elsewhere");
  engine = await startPolicyEngine(cluster);
  const ports = [FUNCTION_PORT, ...QUEUE_PORTS];
  [asFunction, asResync, other] = await Promise.all([
    listen(admin, { namespace, name: ofThisRun("as-function") }, labelsOf("function"), ports),
    listen(admin, { namespace, name: ofThisRun("as-resync") }, labelsOf("resync"), [FUNCTION_PORT]),
    listen(admin, { namespace: elsewhere, name: "other" }, {}, [FUNCTION_PORT]),
  ]);
});
after(() =>
  everyStep(
    () => engine.stop(),
    ...["as-function", "as-resync"].map((name) => () => {
      const { namespace } = world.release;
      return world.admin.delete({ apiVersion: "v1", kind: "Pod", namespace, name: ofThisRun(name) });
    }),
    () => world.admin.delete({ apiVersion: "v1", kind: "Namespace", name: elsewhere }),
    () => world.stop(),
  ),
);

const on = (host: string, ports: readonly number[]) => ports.map((port) => `${host}:${port}`);

async function reaches(
  from: Parameters<typeof reachable>[1],
  open: readonly string[],
  closed: readonly string[],
) {
  const { admin } = world;
  assert.deepEqual(await reachable(admin, from, [...open, ...closed], open), open, JSON.stringify(from));
}

for (const namespace of ["knative-serving", "kourier-system"]) {
  test(`from ${namespace} to the function: the queue-proxy, not the function's own port`, () =>
    reaches({ namespace }, on(asFunction, QUEUE_PORTS), on(asFunction, [FUNCTION_PORT])));
}

test("from elsewhere, and from beside it, nothing reaches the function or a resync", async () => {
  const closed = [...on(asFunction, [FUNCTION_PORT, ...QUEUE_PORTS]), ...on(asResync, [FUNCTION_PORT])];
  const open = on(other, [FUNCTION_PORT]);
  for (const namespace of [elsewhere, world.release.namespace]) await reaches({ namespace }, open, closed);
});

const api = `${addresses.apiService}:443`;
const gateway = `${new URL(productUrl).hostname}:80`;

test("the function reaches DNS and the API server, and no other pod", () => {
  const from = { namespace: world.release.namespace, labels: labelsOf("function") };
  return reaches(from, [api, "kubernetes.default.svc.cluster.local:443"], on(other, [FUNCTION_PORT]));
});

test("a resync reaches the function's way in by its name, and neither the API server nor another pod", () => {
  const from = { namespace: world.release.namespace, labels: labelsOf("resync") };
  return reaches(from, [gateway], [api, ...on(other, [FUNCTION_PORT])]);
});

test("under these policies the function wakes, reconciles and sleeps, and a Job's resync succeeds", async () => {
  const { admin, pods } = world;
  await world.asleep();
  const before = pods.seen().size;
  await admin.apply(ingressRoute({ namespace: elsewhere, name: "guarded" }));
  const target = { namespace: elsewhere, name: "guarded" };
  await admin.waitFor({ ...ENDPOINTS, ...target }, (object) => object !== null, 60_000);
  await mustGet(admin, { ...CERTIFICATES, namespace: elsewhere, name: "guarded-tls" });
  assert.equal(pods.seen().size - before, 1, "one pod did it");
  await runResyncJob(world, ofThisRun("guarded"));
  await world.asleep();
});
