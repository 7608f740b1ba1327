import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as v from "valibot";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import {
  ENDPOINTS,
  ROUTES,
  resyncOf,
  routeObject,
  startInstallation,
  updateOf,
} from "../../test/memory-installation.ts";
import { defineIntegration } from "../integrations/define.ts";
import { INTEGRATIONS } from "../integrations/index.ts";
import { isRecord } from "../schema/unknown.ts";

const RESOURCE = { group: "example.com", version: "v1", plural: "gates", kind: "Gate" };

/** Its child can be waited for, though it claims nothing that others could have. */
const gate = defineIntegration({
  key: "gate",
  name: "gate",
  resource: RESOURCE,
  suffix: "-gate",
  schema: v.object({}),
  names: (spec) => (isRecord(spec) && Array.isArray(spec.hosts) ? spec.hosts : []),
  create: () => ({
    isReady: ({ status }) => isRecord(status) && status.open === true,
    desiredState: ({ hosts }) =>
      hosts.includes("free.example.com")
        ? { kind: "absent", problems: [] }
        : { kind: "present", spec: { hosts }, problems: [] },
  }),
});

const FILE = {
  integrations: { gate: {}, externalDNS: { targetIPs: ["192.0.2.7"], waitForCertificate: true } },
};

function start() {
  const cluster = createMemoryCluster();
  const app = startInstallation(cluster.client, FILE, {}, [gate, ...INTEGRATIONS]);
  const open = () => {
    const [child] = cluster.all(RESOURCE);
    if (child !== undefined) cluster.put(RESOURCE, { ...child, status: { open: true } });
  };
  const published = () => cluster.all(ENDPOINTS).map(({ metadata }) => metadata.name);
  return { cluster, app, open, published };
}

suite("an integration whose child can be waited for and that claims nothing", () => {
  test("is waited for at an event, until its child is ready", async () => {
    const { cluster, app, open, published } = start();
    cluster.put(ROUTES, routeObject("web"));
    await app.handle(updateOf("web"));
    assert.equal(cluster.all(RESOURCE).length, 1);
    assert.deepEqual(published(), []);
    open();
    const child = { group: "example.com", kind: "Gate", namespace: "shop", name: "web-gate" };
    await app.handle({ kind: "child", hint: "update", child });
    assert.deepEqual(published(), ["web"]);
  });

  test("is waited for in a resync too", async () => {
    const { cluster, app, open, published } = start();
    cluster.put(ROUTES, routeObject("web"));
    await app.handle(resyncOf());
    assert.deepEqual(published(), []);
    open();
    await app.handle(resyncOf());
    assert.deepEqual(published(), ["web"]);
  });

  test("is not waited for where it makes no child, or the route opts out of it", async () => {
    const { cluster, app, published } = start();
    cluster.put(ROUTES, routeObject("free"));
    cluster.put(ROUTES, routeObject("out", { annotations: { "traefik-cert-rotater.io/ignore": "gate" } }));
    await app.handle(updateOf("free"));
    await app.handle(updateOf("out"));
    assert.deepEqual(published(), ["free", "out"]);
  });

  test("is waited for again for a host that its child has not got yet", async () => {
    const { cluster, app, open, published } = start();
    cluster.put(ROUTES, routeObject("web"));
    await app.handle(updateOf("web"));
    open();
    cluster.put(ROUTES, routeObject("web", { host: "new.example.com" }));
    await app.handle(updateOf("web"));
    assert.deepEqual(published(), []);
  });
});

test("two integrations that wait for others do not wait for each other", async () => {
  const waiting = { ...gate, create: () => ({ ...gate.create({}), waitsForOthers: true }) };
  const cluster = createMemoryCluster();
  cluster.put(ROUTES, routeObject("web"));
  const app = startInstallation(cluster.client, FILE, {}, [waiting, ...INTEGRATIONS]);
  await app.handle(updateOf("web"));
  assert.deepEqual(cluster.all(ENDPOINTS).length, 1);
});
