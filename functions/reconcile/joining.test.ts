/** A route that joins a Certificate: of the routes of its namespace those that own the Certificate are read, by name. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import {
  CERTIFICATES,
  ROUTES,
  routeObject,
  routeReference,
  startInstallation,
} from "../../test/memory-installation.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import { KindNotServedError } from "../kubernetes/errors.ts";
import { resourceOfRoute } from "../traefik/resources.ts";

const TCP_ROUTES = resourceOfRoute({ kind: "IngressRouteTCP", group: "traefik.io" });

/** A Certificate that so many routes share. */
async function start(owners: number) {
  const cluster = createMemoryCluster();
  const lists: string[] = [];
  let servesTcp = true;
  const refuse = () => Promise.reject(new KindNotServedError("GET", "404 page not found"));
  const isRefused = ({ plural }: { readonly plural: string }) => plural === TCP_ROUTES.plural && !servesTcp;
  const client: KubernetesClient = {
    ...cluster.client,
    get: (reference) => (isRefused(reference.resource) ? refuse() : cluster.client.get(reference)),
    list: (resource, options) => {
      lists.push(resource.kind);
      return isRefused(resource) ? refuse() : cluster.client.list(resource, options);
    },
  };
  const { handle } = startInstallation(client);
  const add = async (name: string) => {
    cluster.put(ROUTES, routeObject(name, { secretName: "shared" }));
    lists.length = 0;
    assert.deepEqual(await handle({ kind: "route", hint: "add", route: routeReference(name) }), {
      status: "done",
    });
    return lists;
  };
  for (let count = 0; count < owners; count++) await add(`web${count}`);
  const owning = () =>
    cluster.all(CERTIFICATES).map(({ metadata }) => metadata.ownerReferences?.map(({ name }) => name));
  const stopTcp = () => {
    servesTcp = false;
  };
  return { cluster, add, owning, stopTcp };
}

suite("a route that joins a Certificate", () => {
  for (const [owners, listsRoutes] of [
    [2, false],
    [11, true],
  ] as const) {
    test(`of ${owners} routes: ${listsRoutes ? "the routes are listed" : "no route is listed"}`, async () => {
      const on = await start(owners);
      const lists = await on.add("late");
      assert.equal(lists.includes("IngressRoute"), listsRoutes, lists.join());
      const [names, ...others] = on.owning();
      assert.deepEqual(others, []);
      assert.equal(names?.length, owners + 1);
      assert.ok(names?.includes("late"));
    });
  }

  test("an owner of a kind that is served no more: without it", async () => {
    const on = await start(1);
    const [certificate] = on.cluster.all(CERTIFICATES);
    assert.ok(certificate !== undefined);
    const gone = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteTCP", name: "gone", uid: "gone" };
    const { metadata } = certificate;
    const ownerReferences = [...(metadata.ownerReferences ?? []), gone];
    on.cluster.put(CERTIFICATES, { ...certificate, metadata: { ...metadata, ownerReferences } });
    on.stopTcp();
    await on.add("late");
    assert.ok(on.owning()[0]?.includes("late"), `${on.owning()}`);
  });
});
