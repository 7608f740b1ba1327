/** What keeps a child from being deleted, or taken, by mistake: each of these was once covered by no test. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster, type MemoryCluster } from "../../test/memory-cluster.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  LEGACY_ROUTES,
  ROUTES,
  resyncOf,
  routeObject,
  routeReference,
  startInstallation,
  updateOf,
} from "../../test/memory-installation.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import { UnavailableError } from "../kubernetes/errors.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Work } from "../work.ts";

const names = (objects: readonly KubernetesObject[]) =>
  objects.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
const certificates = (cluster: MemoryCluster) => names(cluster.all(CERTIFICATES));
const endpoints = (cluster: MemoryCluster) => names(cluster.all(ENDPOINTS));

const fails = () => Promise.reject(new UnavailableError("GET", "the server is down"));

/** The client, but lists of routes leave out those of these names, as lists of another version do. */
function overlooking(client: KubernetesClient, overlooked: readonly string[]): KubernetesClient {
  return {
    ...client,
    list: async (resource, options) => {
      const page = await client.list(resource, options);
      if (resource.kind !== "IngressRoute") return page;
      return { ...page, items: page.items.filter(({ metadata }) => !overlooked.includes(metadata.name)) };
    },
  };
}

suite("an orphan", () => {
  async function withRoute(): Promise<MemoryCluster> {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    await startInstallation(cluster.client).handle(updateOf("web"));
    return cluster;
  }

  test("goes once its owner is a live 404", async () => {
    const cluster = await withRoute();
    cluster.remove(ROUTES, "shop", "web");
    await startInstallation(cluster.client).handle(resyncOf());
    assert.deepEqual([...certificates(cluster), ...endpoints(cluster)], []);
  });

  test("is none while its owner lives, though the list has it not", async () => {
    const cluster = await withRoute();
    await startInstallation(overlooking(cluster.client, ["web"])).handle(resyncOf());
    assert.deepEqual([...certificates(cluster), ...endpoints(cluster)], ["shop/web-tls", "shop/web"]);
  });

  test("is none where the owner cannot be read: the sender is asked to come again", async () => {
    const cluster = await withRoute();
    cluster.remove(ROUTES, "shop", "web");
    const client: KubernetesClient = {
      ...cluster.client,
      get: (reference) =>
        reference.resource.kind === "IngressRoute" ? fails() : cluster.client.get(reference),
    };
    const { status } = await startInstallation(client).handle(resyncOf());
    assert.equal(status, "retry");
    assert.deepEqual([...certificates(cluster), ...endpoints(cluster)], ["shop/web-tls", "shop/web"]);
  });

  test("is none while one of its owners lives, whichever", async () => {
    for (const gone of ["first", "second"]) {
      const cluster = createMemoryCluster();
      const { handle } = startInstallation(cluster.client);
      for (const name of ["first", "second"]) {
        cluster.put(ROUTES, routeObject(name, { secretName: "shared" }));
        await handle(updateOf(name));
      }
      assert.deepEqual(certificates(cluster), ["shop/first-tls"]);
      cluster.remove(ROUTES, "shop", gone);
      await startInstallation(overlooking(cluster.client, ["first", "second"])).handle(resyncOf());
      assert.deepEqual(certificates(cluster), ["shop/first-tls"]);
    }
  });
});

suite("a list of routes that breaks off", () => {
  test("deletes nothing, neither of routes that it has nor of those it has not", async () => {
    const cluster = createMemoryCluster();
    const { handle } = startInstallation(cluster.client);
    for (const name of ["a", "b", "c"]) cluster.put(ROUTES, routeObject(name, { namespace: `team-${name}` }));
    cluster.put(ROUTES, routeObject("orphaning", { namespace: "team-a" }));
    await handle(resyncOf());
    const before = [...certificates(cluster), ...endpoints(cluster)];
    const ignore = { "traefik-cert-rotater.io/ignore": "all" };
    cluster.put(ROUTES, routeObject("a", { namespace: "team-a", annotations: ignore }));
    cluster.remove(ROUTES, "team-a", "orphaning");
    const client: KubernetesClient = {
      ...cluster.client,
      list: async (resource, options) => {
        if (resource.kind !== "IngressRoute") return cluster.client.list(resource, options);
        if (options.continueToken !== undefined) return fails();
        const { items, resourceVersion } = await cluster.client.list(resource, options);
        const first = items.filter(({ metadata }) => metadata.namespace !== "team-c");
        return { items: first, resourceVersion, continueToken: "next" };
      },
    };
    const { status } = await startInstallation(client).handle(resyncOf());
    assert.equal(status, "retry");
    assert.deepEqual([...certificates(cluster), ...endpoints(cluster)], before);
    // The same, read to its end.
    await startInstallation(cluster.client).handle(resyncOf());
    assert.deepEqual(
      [...certificates(cluster), ...endpoints(cluster)],
      [...["team-b/b-tls", "team-c/c-tls"], ...["team-b/b", "team-c/c"]],
    );
  });
});

suite("a route that is gone", () => {
  const legacy = (name: string): KubernetesObject => ({
    ...routeObject(name),
    apiVersion: "traefik.containo.us/v1alpha1",
  });
  const file = { selector: { legacyGroup: true } };

  test("takes no child of another installation along", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    await startInstallation(cluster.client, {}, { instance: "tests/other" }).handle(updateOf("web"));
    cluster.remove(ROUTES, "shop", "web");
    const { handle } = startInstallation(cluster.client);
    await handle({ kind: "route", hint: "delete", route: routeReference("web") });
    await handle(resyncOf());
    assert.deepEqual([...certificates(cluster), ...endpoints(cluster)], ["shop/web-tls", "shop/web"]);
  });

  test("takes no child of its namesake in Traefik's other API group along", async () => {
    const cluster = createMemoryCluster();
    cluster.put(LEGACY_ROUTES, legacy("web"));
    const { handle } = startInstallation(cluster.client, file);
    await handle({ ...(updateOf("web") as RouteWork), route: legacyReference("web") });
    const before = [...certificates(cluster), ...endpoints(cluster)];
    assert.equal(before.length, 2);
    await handle({ kind: "route", hint: "delete", route: routeReference("web") });
    assert.deepEqual([...certificates(cluster), ...endpoints(cluster)], before);
  });

  test("leaves its namesake of the legacy group shadowed while it lives: that one is reported, and changes nothing", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    const { handle, reported } = startInstallation(cluster.client, file);
    await handle(updateOf("web"));
    const { writes } = cluster;
    const before = [...writes];
    cluster.put(LEGACY_ROUTES, {
      ...legacy("web"),
      spec: { routes: [{ kind: "Rule", match: "Host(`legacy.example.net`)" }] },
    });
    reported.length = 0;
    await handle({ kind: "route", hint: "add", route: legacyReference("web") });
    assert.deepEqual(writes, before);
    assert.deepEqual(
      reported.map(({ route, problems }) => [route.group, problems.map(({ reason }) => reason)]),
      [["traefik.containo.us", ["Shadowed"]]],
    );
  });

  function legacyReference(name: string) {
    return { ...routeReference(name), group: "traefik.containo.us" } as const;
  }
});

type RouteWork = Extract<Work, { kind: "route" }>;

suite("the event of a child", () => {
  const certificateEvent = (namespace: string): Work => ({
    kind: "child",
    hint: "update",
    child: { group: "cert-manager.io", kind: "Certificate", namespace, name: "web-tls" },
  });

  test("of another installation, which has taken a name of ours, is reported on our route", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    await startInstallation(cluster.client, {}, { instance: "tests/other" }).handle(updateOf("web"));
    const { handle, reported } = startInstallation(cluster.client);
    await handle(certificateEvent("shop"));
    const reasons = reported.flatMap(({ problems }) => problems).map(({ reason }) => reason);
    assert.ok(reasons.includes("NotOurs"), reasons.join());
  });

  test("that lost its host to another namespace does not get it back", async () => {
    const cluster = createMemoryCluster();
    const { handle } = startInstallation(cluster.client);
    cluster.put(ROUTES, routeObject("web", { namespace: "first" }));
    await handle(resyncOf());
    cluster.put(ROUTES, routeObject("web", { namespace: "second" }));
    await handle(resyncOf());
    assert.deepEqual(certificates(cluster), ["first/web-tls"]);
    await handle({ ...certificateEvent("second"), hint: "delete" } as Work);
    assert.deepEqual(certificates(cluster), ["first/web-tls"]);
  });
});

suite("a batch", () => {
  const batchUntil = (deadline: string): Work => ({
    kind: "batch",
    batch: { run: "r", cursor: 0, deadline, routes: [routeReference("web")] },
  });

  test("is done until its deadline", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    const { handle, clock } = startInstallation(cluster.client);
    const deadline = new Date(clock.now + 1_000).toISOString();
    assert.deepEqual(await handle(batchUntil(deadline)), { status: "done" });
    assert.deepEqual(certificates(cluster), ["shop/web-tls"]);
  });

  test("after its deadline is not done, and nobody takes it for done", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web"));
    const { handle, clock } = startInstallation(cluster.client);
    const deadline = new Date(clock.now - 1_000).toISOString();
    assert.equal((await handle(batchUntil(deadline))).status, "retry");
    assert.deepEqual(cluster.writes, []);
  });
});
