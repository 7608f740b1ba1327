/**
 * The promise of the README with every part in a pod: while the function has none, an IngressRoute is applied, and its host
 * answers valid HTTPS at two replicas of Traefik and has its record in DNS.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CERTIFICATES, ENDPOINTS, ROUTES } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { untilValid } from "../third-party/harness/https.ts";
import { startStopwatch } from "../third-party/harness/stopwatch.ts";
import { servedRoute } from "../third-party/harness/world.ts";
import { isReady } from "./conditions.ts";
import { removeNamespace } from "./deployments.ts";
import { everyStep } from "./harness/every-step.ts";
import { functionPods, serveByKeda, serveByKnative } from "./harness/modes.ts";
import { type FollowedPods, followPods } from "./harness/pods.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";
import { installKeda, removeKeda } from "./keda/install.ts";
import { installThirdParties, issuer, type ThirdPartiesInPods } from "./third-parties/install.ts";

let world: ClusterWorld;
let parties: ThirdPartiesInPods;
let pods: FollowedPods;
let namespace: string;

before(async () => {
  world = await enterCluster();
  const { admin, release } = world;
  namespace = await admin.createNamespace("promise");
  pods = await followPods(admin, release.namespace, functionPods);
  parties = await installThirdParties(admin);
});
after(() =>
  everyStep(
    // While cert-manager is there, which takes its finalizers away.
    () => removeNamespace(world.admin, namespace),
    async () => parties?.remove(),
    async () => pods.stop(),
    () => world.stop(),
  ),
);

/** From the apply to valid HTTPS at both replicas, and back; begins once the function has no pod. */
async function keepsThePromise(name: string): Promise<void> {
  const { admin } = world;
  const { dns, replicas, rootPem } = parties;
  const host = `${name}.example.com`;
  assert.equal(replicas.length, 2);
  await pods.gone();
  const before = pods.seen().size;
  const watch = startStopwatch(name);
  const annotations = { "cert-manager.io/cluster-issuer": issuer };
  await admin.apply(servedRoute({ namespace, name, annotations }));
  await admin.waitFor({ ...CERTIFICATES, namespace, name: `${name}-tls` }, Boolean, 90_000);
  await admin.waitFor({ ...ENDPOINTS, namespace, name }, Boolean, 90_000);
  watch.lap("the function is awake, Certificate and DNSEndpoint are there");
  assert.ok(pods.seen().size > before, "a pod of the function was started");
  const issued = admin.waitFor({ ...CERTIFICATES, namespace, name: `${name}-tls` }, isReady, 90_000);
  const valid = Promise.all(replicas.map((replica) => untilValid(replica, host, rootPem, undefined, 90_000)));
  const answered = until(
    `A of ${host}`,
    async () => (await dns.records(host, "A")).join() === "203.0.113.10",
    90_000,
  );
  await Promise.all([
    issued.then(() => watch.lap("the certificate is issued")),
    answered.then(() => watch.lap("the DNS server answers")),
    valid.then((answers) => {
      watch.lap("HTTPS is valid at both replicas");
      for (const { names } of answers) assert.deepEqual(names, [host]);
      assert.equal(new Set(answers.map(({ serial }) => serial)).size, 1);
    }),
  ]);
  await admin.delete({ ...ROUTES, namespace, name });
  await until(`no A of ${host}`, async () => (await dns.records(host, "A")).length === 0, 90_000);
}

test("mode knative: from kubectl apply to valid HTTPS at two replicas", async () => {
  await world.asleep();
  await keepsThePromise("promise-knative");
});

test("mode keda: from kubectl apply to valid HTTPS at two replicas", async () => {
  const { admin } = world;
  await world.sources.stop();
  await installKeda(admin);
  try {
    const sources = await serveByKeda(world);
    try {
      await keepsThePromise("promise-keda");
    } finally {
      await sources.stop();
    }
  } finally {
    await everyStep(
      () => serveByKnative(world),
      () => removeKeda(admin),
    );
  }
});
