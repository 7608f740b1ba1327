/**
 * The chart's other ways of serving, by `helm upgrade` from the default one and back, with the NetworkPolicies of each
 * enforced: KEDA with its HTTP add-on, all real, and a plain Deployment.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { CERTIFICATES, dnsNames, ENDPOINTS, ingressRoute, records } from "../integration/harness/objects.ts";
import type { RunningSources } from "../integration/harness/running-sources.ts";
import { waitUntilAvailable } from "./deployments.ts";
import { everyStep } from "./harness/every-step.ts";
import { runResyncJob } from "./harness/job.ts";
import { functionPods, scaledObject, serveByKeda, serveByKnative } from "./harness/modes.ts";
import { type FollowedPods, followPods } from "./harness/pods.ts";
import { type PolicyEngine, startPolicyEngine } from "./harness/policy-engine.ts";
import { reachable } from "./harness/probe.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";
import { installKeda, removeKeda } from "./keda/install.ts";

let world: ClusterWorld;
let pods: FollowedPods;
let engine: PolicyEngine;
let namespace: string;

before(async () => {
  world = await enterCluster();
  // They send to the Knative Service.
  await world.sources.stop();
  const { admin, release } = world;
  namespace = await admin.createNamespace("modes");
  pods = await followPods(admin, release.namespace, functionPods);
  engine = await startPolicyEngine(world.cluster);
  await installKeda(admin);
});
after(() =>
  everyStep(
    () => engine.stop(),
    // Its routes hold their hosts against those of a later run.
    () => world.admin.delete({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    // As the other tests expect it.
    () => serveByKnative(world),
    () => removeKeda(world.admin),
    async () => pods.stop(),
    () => world.stop(),
  ),
);

test("mode keda: a route applied while no pod exists gets its children, and the pod goes again", async () => {
  const { admin } = world;
  const sources = await serveByKeda(world);
  try {
    for (const route of ["keda-first", "keda-second"]) {
      await pods.gone();
      const before = pods.seen().size;
      await admin.apply(ingressRoute({ namespace, name: route }));
      await haveChildren(route);
      await caughtUp(sources, route);
      assert.equal(pods.seen().size - before, 1, "one pod did it");
      await isReachableFrom("keda");
    }
    await pods.gone();
  } finally {
    await sources.stop();
  }
});

test("mode deployment: one pod answers the Job", async () => {
  const { admin, release } = world;
  // Else KEDA may still set the replicas after helm has.
  await admin.delete(scaledObject(release));
  await admin.waitFor(scaledObject(release), (object) => object === null);
  await release.upgrade({ serving: { mode: "deployment" }, resync: { onInstall: false } });
  await waitUntilAvailable(admin, release.namespace, release.name);
  await admin.apply(ingressRoute({ namespace, name: "deployment" }));
  await runResyncJob(world, `deployment-${process.pid}`);
  await haveChildren("deployment");
  // Those of the former mode may still be ending.
  assert.equal(running().length, 1);
  await isReachableFrom(release.namespace);
});

const running = () => pods.now().filter(({ metadata }) => metadata.deletionTimestamp === undefined);

/** The pod of the function accepts connections from pods of that namespace, and from no other. */
async function isReachableFrom(allowed: string): Promise<void> {
  const { podIP } = (running()[0]?.status ?? {}) as { podIP?: string };
  const address = `${podIP}:8080`;
  const from = (place: string, expected: readonly string[]) =>
    reachable(world.admin, { namespace: place }, [address], expected);
  assert.deepEqual(await from(namespace, []), [], "from elsewhere");
  assert.deepEqual(await from(allowed, [address]), [address], `from ${allowed}`);
}

async function haveChildren(name: string): Promise<void> {
  const { admin } = world;
  const exists = (object: KubernetesObject | null) => object !== null;
  await Promise.all([
    admin.waitFor({ ...CERTIFICATES, namespace, name: `${name}-tls` }, exists, 90_000),
    admin.waitFor({ ...ENDPOINTS, namespace, name }, exists, 90_000),
  ]);
  assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.example.com`]);
  assert.deepEqual(await records(admin, namespace, name), [`${name}.example.com A 203.0.113.10`]);
}

/** Waits until the events about the children, which the function wrote itself, are answered. */
async function caughtUp(sources: RunningSources, name: string): Promise<void> {
  await sources.caughtUp({ ...CERTIFICATES, namespace, name: `${name}-tls` });
  await sources.caughtUp({ ...ENDPOINTS, namespace, name });
}
