/**
 * What a user takes back leaves the children: on the API server itself, whose field management decides about it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { OPTIONAL_INPUTS, type OptionalInput } from "../removal-inputs.ts";
import { bundleCli, type Cli } from "./harness/cli.ts";
import { changeEvent, resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, mustGet, ROUTES } from "./harness/objects.ts";
import { type RunningFunction, startFunction } from "./harness/running-function.ts";
import { until } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

const values = { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } };
const APPLIED = "traefik-cert-rotater.io/applied";

/** Opting out takes the child itself away, which the tests of the opt-out cover. */
const annotated = OPTIONAL_INPUTS.filter(
  ({ name, annotations }) => annotations !== undefined && !/\/(?:ignore|controller)$/.test(name),
).map((input, index) => ({ ...input, route: `annotated-${index}` }));
const templated = OPTIONAL_INPUTS.filter(
  ({ template, externalDNS }) => template !== undefined || externalDNS !== undefined,
).map((input, index) => ({ ...input, route: `templated-${index}` }));

suite("an optional input that goes leaves the children", () => {
  let world: World;
  let cli: Cli;
  /** Where nobody ever asked for anything optional. */
  let plain: string;

  before(async () => {
    [world, cli] = await Promise.all([
      sharedControlPlane().then((cluster) => startWorld(cluster, { values })),
      bundleCli(),
    ]);
    plain = await world.admin.createNamespace("plain");
    for (const { route } of [...annotated, ...templated]) {
      await world.admin.apply(world.route({ name: route, namespace: plain }));
    }
    assert.equal((await world.app.send(resyncEvent({ namespace: plain }))).status, 204);
  });
  after(async () => {
    await world.stop();
    await cli.remove();
  });

  async function sendEvent(app: RunningFunction, namespace: string, name: string): Promise<void> {
    assert.equal((await app.send(changeEvent("update", { ...ROUTES, namespace, name }))).status, 204);
  }

  /** What a child says, apart from the route that it is of. */
  async function content(namespace: string, route: string): Promise<readonly unknown[]> {
    const children = [
      await mustGet(world.admin, { ...CERTIFICATES, namespace, name: `${route}-tls` }),
      await mustGet(world.admin, { ...ENDPOINTS, namespace, name: route }),
    ];
    return children.map(({ metadata: { labels, annotations, managedFields = [] }, spec }) => {
      const { [APPLIED]: _, ...others } = annotations ?? {};
      const owned = managedFields.find(({ operation }) => operation === "Apply")?.fieldsV1?.["f:spec"];
      return { labels, annotations: others, spec, owned };
    });
  }

  /** A function whose configuration has the input on top of the release's. */
  async function configured({ template, externalDNS }: OptionalInput): Promise<RunningFunction> {
    const { cluster, release } = world;
    const base = JSON.parse(await release.configuration());
    const { certManager } = base.integrations;
    const spec = { ...certManager.certificateTemplate?.spec, ...template?.spec };
    const certificateTemplate = { ...template, spec };
    const integrations = {
      certManager: { ...certManager, certificateTemplate },
      externalDNS: { ...base.integrations.externalDNS, ...externalDNS },
    };
    const configuration = JSON.stringify({ ...base, integrations });
    return startFunction(cluster, { ...release, configuration: async () => configuration });
  }

  test("an annotation, by event", async () => {
    const { admin, app, namespace } = world;
    for (const { name, route, annotations = {} } of annotated) {
      await admin.apply(world.route({ name: route, annotations }));
      await sendEvent(app, namespace, route);
      assert.notDeepEqual(
        await content(namespace, route),
        await content(plain, route),
        `${name} has an effect`,
      );
      await admin.apply(world.route({ name: route }));
      await sendEvent(app, namespace, route);
      assert.deepEqual(await content(namespace, route), await content(plain, route), name);
    }
  });

  test("an annotation, by resync, and the plan says so before", async () => {
    const { admin, app, cluster, release } = world;
    const namespace = await admin.createNamespace("resynced");
    for (const { route, annotations = {} } of annotated) {
      await admin.apply(world.route({ name: route, namespace, annotations }));
    }
    assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
    for (const { route } of annotated) await admin.apply(world.route({ name: route, namespace }));

    const config = await cli.write("config.json", await release.configuration());
    const words = ["plan", "-n", namespace, "--config", config, "--instance", release.instance];
    const { stdout } = await cli.run([...words, "--output", "json"], { KUBECONFIG: cluster.kubeconfigPath });
    const { changes } = JSON.parse(stdout) as {
      changes: readonly { action: string; routes: readonly { name: string }[]; after: { spec: unknown } }[];
    };
    const planned = changes.map(({ action, routes }) => `${action} ${routes[0]?.name}`);
    assert.deepEqual(planned.sort(), annotated.map(({ route }) => `update ${route}`).sort());

    const mark = await cluster.auditLog.mark();
    assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
    for (const { name, route } of annotated) {
      assert.deepEqual(await content(namespace, route), await content(plain, route), name);
    }
    const written = (await world.writes(mark)).filter((line) => line.startsWith("patch"));
    assert.equal(written.length, annotated.length);
    const rest = await cluster.auditLog.mark();
    assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await world.writes(rest), []);
  });

  test("a field of a template, by event and by resync", async () => {
    const { admin, app, namespace } = world;
    for (const [index, input] of templated.entries()) {
      const { name, route } = input;
      await admin.apply(world.route({ name: route }));
      const other = await configured(input);
      await sendEvent(other, namespace, route);
      await other.stop();
      assert.notDeepEqual(
        await content(namespace, route),
        await content(plain, route),
        `${name} has an effect`,
      );
      if (index % 2 === 0) await sendEvent(app, namespace, route);
      else assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
      assert.deepEqual(await content(namespace, route), await content(plain, route), name);
    }
  });

  test("what somebody else writes into an item of a list goes, by the child's event and by resync", async () => {
    const { admin, app, namespace } = world;
    await admin.apply(world.route({ name: "edited" }));
    await sendEvent(app, namespace, "edited");
    const child = { ...ENDPOINTS, namespace, name: "edited" };
    const { spec } = await mustGet(admin, child);
    const [endpoint] = (spec as { endpoints: readonly object[] }).endpoints;
    for (const event of [changeEvent("update", child), resyncEvent({ namespace })]) {
      await admin.patch(child, { spec: { endpoints: [{ ...endpoint, setIdentifier: "by-hand" }] } });
      assert.equal((await app.send(event)).status, 204);
      assert.deepEqual((await mustGet(admin, child)).spec, spec);
    }
  });

  test("what a policy of the cluster adds to an item stays, is written once, and hides no removal", async () => {
    const { admin, app, cluster } = world;
    const namespace = await admin.createNamespace("policy");
    await addsToEveryRecord(namespace);
    const name = "web";
    const annotations = { "external-dns.kubernetes.io/cloudflare-proxied": "true" };
    await admin.apply(world.route({ name, namespace, annotations }));
    const child = { ...ENDPOINTS, namespace, name };
    const endpoint = async () =>
      ((await mustGet(admin, child)).spec as { endpoints: readonly Record<string, unknown>[] }).endpoints[0];
    await sendEvent(app, namespace, name);
    assert.equal((await endpoint())?.setIdentifier, "policy");

    const mark = await cluster.auditLog.mark();
    await sendEvent(app, namespace, name);
    for (const event of [changeEvent("update", child), resyncEvent({ namespace })]) {
      assert.equal((await app.send(event)).status, 204);
    }
    assert.deepEqual(await world.writes(mark), []);

    await admin.apply(world.route({ name, namespace }));
    await sendEvent(app, namespace, name);
    const { dnsName, setIdentifier, providerSpecific } = (await endpoint()) ?? {};
    assert.deepEqual(
      [dnsName, setIdentifier, providerSpecific],
      [`${name}.example.com`, "policy", undefined],
    );
  });

  /** A policy that sets a field of each item of the list which is ours as a whole. */
  async function addsToEveryRecord(namespace: string): Promise<void> {
    const { admin } = world;
    const name = `adds-${randomBytes(4).toString("hex")}`;
    const apiVersion = "admissionregistration.k8s.io/v1";
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
    const rule = {
      apiGroups: ["externaldns.k8s.io"],
      apiVersions: ["*"],
      operations: ["CREATE", "UPDATE"],
      resources: ["dnsendpoints"],
    };
    const operation = '{op: "add", path: "/spec/endpoints/0/setIdentifier", value: "policy"}';
    await admin.apply({
      apiVersion,
      kind: "MutatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        matchConstraints: { namespaceSelector, resourceRules: [rule] },
        matchConditions: [{ name: "has-records", expression: "size(object.spec.endpoints) > 0" }],
        mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: `[JSONPatch${operation}]` } }],
      },
    });
    await admin.apply({
      apiVersion,
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, matchResources: { namespaceSelector } },
    });
    await untilAdded(namespace);
  }

  /** Policies take a moment to be loaded: asks by dry runs. */
  async function untilAdded(namespace: string): Promise<void> {
    const { admin } = world;
    const endpoints = [{ dnsName: "a.example.com", recordType: "A", recordTTL: 1, targets: ["192.0.2.7"] }];
    const probe = { ...ENDPOINTS, metadata: { namespace, name: "probe" }, spec: { endpoints } };
    const path = `${await admin.resolver.path({ ...ENDPOINTS, namespace })}?dryRun=All`;
    await until("the policy adds its field", async () => {
      const answer = (await admin.client.json({ method: "POST", path, body: probe })) as typeof probe;
      return "setIdentifier" in (answer.spec.endpoints[0] ?? {});
    });
  }
});
