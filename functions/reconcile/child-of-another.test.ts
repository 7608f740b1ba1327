/** The `add` event of a child that another replica has made: what is looked at besides the child. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  ROUTES,
  routeObject,
  routeReference,
  startInstallation,
} from "../../test/memory-installation.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject, ResourceDefinition } from "../kubernetes/objects.ts";

/** The requests of the events of both children at a replica that has not made them, without what follows their writes. */
async function start(route: KubernetesObject) {
  const cluster = createMemoryCluster();
  const requests: string[] = [];
  const asked: KubernetesClient = {
    ...cluster.client,
    get: (reference) => {
      requests.push(`get ${reference.resource.kind}`);
      return cluster.client.get(reference);
    },
    list: (resource, options) => {
      requests.push(`list ${resource.kind} of ${options.namespace ?? "all namespaces"}`);
      return cluster.client.list(resource, options);
    },
  };
  const maker = startInstallation(cluster.client);
  const other = startInstallation(asked);
  cluster.put(ROUTES, route);
  await maker.handle({ kind: "route", hint: "add", route: routeReference("web") });
  return {
    cluster,
    async sendAdd({ group, kind }: ResourceDefinition, name: string) {
      requests.length = 0;
      const child = { group, kind, namespace: "shop", name };
      assert.deepEqual(await other.handle({ kind: "child", hint: "add", child }), { status: "done" });
      return requests.toSorted();
    },
  };
}

suite("the event of a child that another replica has made", () => {
  test("it, its route and namespace, and who else has its Secret", async () => {
    const on = await start(routeObject("web"));
    const expected = ["get Certificate", "get IngressRoute", "get Namespace", "list Certificate of shop"];
    assert.deepEqual(await on.sendAdd(CERTIFICATES, "web-tls"), expected);
    assert.deepEqual(await on.sendAdd(CERTIFICATES, "web-tls"), ["get Certificate"]);
    assert.deepEqual(await on.sendAdd(ENDPOINTS, "web"), [
      "get DNSEndpoint",
      "get IngressRoute",
      "get Namespace",
    ]);
  });

  test("a host that only the other child has: that one as well, and not the claims of all namespaces", async () => {
    const plain = routeObject("web");
    const spec = {
      ...(plain.spec as object),
      tls: { secretName: "web", domains: [{ main: "tls.example.com" }] },
    };
    const on = await start({ ...plain, spec });
    const requests = await on.sendAdd(ENDPOINTS, "web");
    assert.ok(requests.includes("get Certificate"), requests.join());
    assert.ok(!requests.some((request) => request.includes("all namespaces")), requests.join());
  });

  test("the route changed before its maker looked again: what it says now is written", async () => {
    const on = await start(routeObject("web"));
    on.cluster.put(ROUTES, routeObject("web", { host: "now.example.com" }));
    await on.sendAdd(CERTIFICATES, "web-tls");
    await on.sendAdd(ENDPOINTS, "web");
    const [certificate, endpoint] = [CERTIFICATES, ENDPOINTS].map((kind) => on.cluster.all(kind)[0]?.spec);
    assert.deepEqual((certificate as { dnsNames: string[] }).dnsNames, ["now.example.com"]);
    assert.ok(JSON.stringify(endpoint).includes("now.example.com"));
  });
});
