import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster, type MemoryCluster } from "../../test/memory-cluster.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  ROUTES,
  resyncOf,
  routeObject,
  startInstallation,
  updateOf,
} from "../../test/memory-installation.ts";

const FORMER = "edge/former";

/** Routes of two classes with the children that the former installation, which served both, made for them. */
async function populated(): Promise<MemoryCluster> {
  const cluster = createMemoryCluster();
  const former = startInstallation(cluster.client, {}, { instance: FORMER });
  for (const [name, ingressClass] of [
    ["inside", "internal"],
    ["outside", "public"],
  ] as const) {
    cluster.put(ROUTES, routeObject(name, { ingressClass }));
    await former.handle(updateOf(name));
  }
  return cluster;
}

function childrenOf(cluster: MemoryCluster): readonly string[] {
  return [...cluster.all(CERTIFICATES), ...cluster.all(ENDPOINTS)].map(
    ({ kind, metadata }) =>
      `${kind} ${metadata.name} of ${metadata.annotations?.["traefik-cert-rotater.io/instance"]}`,
  );
}

function continuing(cluster: MemoryCluster, file: object = {}) {
  const selector = { ingressClass: "public" };
  return startInstallation(
    cluster.client,
    { selector, takeOverFrom: [FORMER], ...file },
    { instance: "edge/new" },
  );
}

suite("an installation that continues another and serves one class of its routes", () => {
  const TAKEN = [
    "Certificate inside-tls of edge/former",
    "Certificate outside-tls of edge/new",
    "DNSEndpoint inside of edge/former",
    "DNSEndpoint outside of edge/new",
  ];

  test("takes over that class alone in a resync", async () => {
    const cluster = await populated();
    await continuing(cluster).handle(resyncOf({ confirmDeletions: true }));
    assert.deepEqual(childrenOf(cluster), TAKEN);
  });

  test("and at events", async () => {
    const cluster = await populated();
    const installation = continuing(cluster);
    for (const name of ["inside", "outside"]) await installation.handle(updateOf(name));
    assert.deepEqual(childrenOf(cluster), TAKEN);
  });

  test("takes the children of an integration that is off along from its own routes alone", async () => {
    const cluster = await populated();
    const integrations = {
      certManager: { enabled: false, onDisable: "delete" },
      externalDNS: { enabled: false },
    };
    await continuing(cluster, { integrations }).handle(resyncOf({ confirmDeletions: true }));
    assert.deepEqual(childrenOf(cluster), [
      "Certificate inside-tls of edge/former",
      "DNSEndpoint inside of edge/former",
      "DNSEndpoint outside of edge/former",
    ]);
  });

  test("deletes what it has taken over once its route is of another class", async () => {
    const cluster = await populated();
    const installation = continuing(cluster);
    await installation.handle(resyncOf());
    cluster.put(ROUTES, routeObject("outside", { ingressClass: "internal" }));
    await installation.handle(updateOf("outside"));
    assert.deepEqual(childrenOf(cluster), [
      "Certificate inside-tls of edge/former",
      "DNSEndpoint inside of edge/former",
    ]);
  });
});
