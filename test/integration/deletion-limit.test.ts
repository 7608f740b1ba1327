import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { bundleCli, type Cli } from "./harness/cli.ts";
import { changeEvent, resyncEvent } from "./harness/cloud-events.ts";
import { containerOf } from "./harness/container.ts";
import { CERTIFICATES, ENDPOINTS, mustGet, ROUTES, warningsOn } from "./harness/objects.ts";
import { runResyncPod } from "./harness/resync-pod.ts";
import { type RunningFunction, startFunction } from "./harness/running-function.ts";
import { startWorld, type World } from "./harness/world.ts";

const NAMES = Array.from({ length: 6 }, (_, index) => `route-${index}`);
const EVERYTHING = { confirmDeletions: true };

suite("a mistake in the configuration, and children that would all go for it", () => {
  let cluster: Cluster;
  let world: World;
  let cli: Cli;
  let mistaken: RunningFunction;

  before(async () => {
    [cluster, cli] = await Promise.all([sharedControlPlane(), bundleCli()]);
    const externalDNS = { targetIPs: ["192.0.2.7"] };
    world = await startWorld(cluster, { values: { integrations: { externalDNS } } });
    const { admin, namespace, app, release } = world;
    for (const name of NAMES) await admin.create(world.route({ name }));
    assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
    assert.equal(await children(), 12);
    await release.upgrade({ integrations: { externalDNS }, selector: { ingressClass: "trafik" } });
    mistaken = await startFunction(cluster, release);
  });
  after(async () => {
    await mistaken?.stop();
    await world?.stop();
    await cli?.remove();
  });

  async function children(): Promise<number> {
    const { admin, namespace } = world;
    const lists = await Promise.all(
      [CERTIFICATES, ENDPOINTS].map((kind) => admin.list({ ...kind, namespace })),
    );
    return lists.flat().length;
  }

  const resyncByCli = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    cli.run(["resync", "--to", mistaken.url, ...words], env);

  test("an event of each route deletes nothing, and the routes say why", async () => {
    const { admin, namespace } = world;
    for (const name of NAMES) {
      const event = changeEvent("update", { ...ROUTES, namespace, name });
      assert.equal((await mistaken.send(event)).status, 204);
    }
    assert.equal(await children(), 12);
    for (const name of NAMES) {
      assert.deepEqual(await warningsOn(admin, namespace, name), ["DeletionBrake"]);
    }
    assert.equal(mistaken.logs.filter(({ msg }) => msg === "resynced").length, 1);
  });

  test("the Job of a resync fails with a code of its own, and says what is blocked", async () => {
    const { admin, release } = world;
    const [job] = await admin.list({ apiVersion: "batch/v1", kind: "Job", namespace: release.namespace });
    assert.ok(job !== undefined);
    const container = containerOf(job);
    const env = [{ name: "K_SINK", value: mistaken.url }];
    const { code, stdout, stderr } = await runResyncPod({ ...container, env }, mistaken.url);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /12 children are no longer wanted.*resync --confirm-deletions/);
    const { rules } = (job as unknown as { spec: { podFailurePolicy: { rules: object[] } } }).spec
      .podFailurePolicy;
    assert.equal(rules.length, 1);
  });

  test("an event that says it is confirmed is believed only if the ConfigMap says so", async () => {
    const from = mistaken.logs.length;
    assert.equal((await mistaken.send(resyncEvent(EVERYTHING))).status, 204);
    assert.equal(await children(), 12);
    const line = mistaken.logs.slice(from).find(({ msg }) => msg.startsWith("confirmDeletions of the event"));
    assert.match(String(line?.why), /has no annotation traefik-cert-rotater\.io\/confirm-deletions-until/);
  });

  test("the CLI says so where it cannot confirm, and sends all the same", async () => {
    const { code, stderr } = await resyncByCli(["--confirm-deletions"]);
    assert.equal(code, 3);
    assert.match(stderr, /needs a kubeconfig that may annotate the installation's ConfigMap/);
    assert.equal(await children(), 12);
  });

  test("the CLI confirms on the ConfigMap with a kubeconfig, and all goes", async () => {
    const { admin, release } = world;
    const words = ["--confirm-deletions", "--instance", release.instance];
    const result = await resyncByCli(words, { KUBECONFIG: cluster.kubeconfigPath });
    assert.deepEqual(result, {
      code: 0,
      stdout: `${mistaken.url} accepted the resync of all routes\n`,
      stderr: "",
    });
    assert.equal(await children(), 0);
    const { metadata } = await mustGet(admin, { apiVersion: "v1", kind: "ConfigMap", ...release.configMap });
    const until = metadata.annotations?.["traefik-cert-rotater.io/confirm-deletions-until"] ?? "";
    assert.ok(Date.parse(until) > Date.now());
  });

  test("the CLI names what is missing for an installation that is not there", async () => {
    const words = ["--confirm-deletions", "--instance", "nowhere/nothing"];
    const { code, stderr } = await resyncByCli(words, { KUBECONFIG: cluster.kubeconfigPath });
    assert.equal(code, 2);
    assert.match(stderr, /found no ConfigMap of the installation nowhere\/nothing; say which/);
  });
});
