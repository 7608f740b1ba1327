import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import { createMemoryDispatcher } from "../../test/memory-dispatcher.ts";
import { parseConfiguration } from "../config/parse.ts";
import { INTEGRATIONS } from "../integrations/index.ts";
import type { ResourceDefinition } from "../kubernetes/objects.ts";
import { createLogger } from "../log.ts";
import type { Problem } from "../problem.ts";
import { resourceOfRoute } from "../traefik/resources.ts";
import { createExecutor } from "./apply/execute.ts";

const ROUTES = resourceOfRoute({ kind: "IngressRoute", group: "traefik.io" });
const NAMESPACES: ResourceDefinition = { group: "", version: "v1", plural: "namespaces", kind: "Namespace" };

interface Settings {
  readonly hostClaims?: "strict" | "resync" | "off";
  readonly onOptOut?: "keep" | "delete";
  readonly integrations?: object;
}

/** An installation on a cluster in memory, to which events come one after the other. */
function installation({ hostClaims = "resync", ...values }: Settings = {}) {
  const { configuration } = parseConfiguration(
    {
      integrations: { certManager: {}, externalDNS: { targetIPs: ["192.0.2.7"] } },
      hostClaims,
      ...values,
    },
    INTEGRATIONS,
  );
  const cluster = createMemoryCluster();
  const reported: string[] = [];
  const lists: string[] = [];
  let ticks = 0;
  const generations = new Map<string, number>();
  /** The cluster's clock goes on with each new object. */
  const tick = () =>
    cluster.put(NAMESPACES, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: `tick-${++ticks}` },
    });
  const now = () =>
    Math.max(
      ...cluster.all(NAMESPACES).map(({ metadata }) => Date.parse(metadata.creationTimestamp as string)),
    );
  const client: typeof cluster.client = {
    ...cluster.client,
    list: (resource, options) => {
      if (options?.namespace === null) lists.push(resource.plural);
      return cluster.client.list(resource, options);
    },
  };
  const dispatcher = createMemoryDispatcher(client, configuration, {
    execute: createExecutor(cluster.client),
    now,
    events: {
      record: async ({ route }, _, problems: readonly Problem[]) =>
        void reported.push(...problems.map(({ reason }) => `${route.namespace}/${route.name} ${reason}`)),
    },
    log: createLogger("error", { write: () => undefined }),
  });
  tick();
  const put = (
    namespace: string,
    hosts: readonly string[],
    more: { readonly path?: string; readonly ignore?: string; readonly tls?: boolean } = {},
  ) => {
    const { path = "/", ignore, tls = true } = more;
    tick();
    const generation = (generations.get(namespace) ?? 0) + 1;
    generations.set(namespace, generation);
    const match = hosts.map((host) => `Host(\`${host}\`)`).join(" || ");
    const annotations =
      ignore === undefined ? {} : { annotations: { "traefik-cert-rotater.io/ignore": ignore } };
    cluster.put(ROUTES, {
      apiVersion: "traefik.io/v1alpha1",
      kind: "IngressRoute",
      metadata: { namespace, name: "web", generation, ...annotations },
      spec: {
        routes: [{ kind: "Rule", match: `(${match}) && PathPrefix(\`${path}\`)` }],
        ...(tls ? { tls: { secretName: "tls" } } : {}),
      },
    });
    tick();
  };
  const sendEvent = async (namespace: string, hint: "add" | "update") => {
    const route = { kind: "IngressRoute", group: "traefik.io", namespace, name: "web" } as const;
    assert.deepEqual(await dispatcher.handle({ kind: "route", hint, route }), { status: "done" });
    tick();
  };
  const childNames = () =>
    configuration.integrations.flatMap(({ resource, names }) =>
      cluster
        .all(resource)
        .map(
          ({ metadata, spec }) =>
            `${resource.kind} ${metadata.namespace} ${[...names(spec)].sort().join(" ")}`,
        ),
    );
  return {
    cluster,
    reported,
    lists,
    put,
    sendEvent,
    add: async (...route: Parameters<typeof put>) => {
      put(...route);
      await sendEvent(route[0], "add");
    },
    edit: async (...route: Parameters<typeof put>) => {
      put(...route);
      await sendEvent(route[0], "update");
    },
    resync: async (namespace: string | null = null, name: string | null = null) => {
      const scope = { namespace, name, confirmDeletions: true };
      assert.deepEqual(await dispatcher.handle({ kind: "resync", scope }), { status: "done" });
      tick();
    },
    dependency: async () => {
      const dependency = { group: "", kind: "Service", namespace: "traefik", name: "traefik" };
      assert.deepEqual(await dispatcher.handle({ kind: "dependency", dependency }), { status: "done" });
    },
    names: (kind = "Certificate") =>
      childNames()
        .filter((each) => each.startsWith(kind))
        .map((each) => each.slice(kind.length + 1)),
  };
}

for (const hostClaims of ["strict", "resync"] as const) {
  suite(`hostClaims: ${hostClaims}`, () => {
    test("the owner who edits his route keeps the host", async () => {
      const on = installation({ hostClaims });
      await on.add("bank", ["www.bank.org"]);
      await on.add("evil", ["www.bank.org"]);
      await on.edit("bank", ["www.bank.org", "new.bank.org"]);
      await on.resync();
      await on.edit("bank", ["new.bank.org", "www.bank.org", "other.bank.org"]);
      await on.resync();
      assert.deepEqual(on.names(), ["bank new.bank.org other.bank.org www.bank.org"]);
      assert.deepEqual(on.names("DNSEndpoint"), ["bank new.bank.org other.bank.org www.bank.org"]);
      assert.ok(on.reported.includes("evil/web HostClaimed"));
      assert.ok(!on.reported.includes("bank/web HostClaimed"));
    });

    test("who adds the host to an older route does not get it", async () => {
      const on = installation({ hostClaims });
      await on.add("evil", ["evil.org"]);
      await on.add("bank", ["www.bank.org"]);
      await on.edit("evil", ["evil.org", "www.bank.org"]);
      const stolen = hostClaims === "strict" ? [] : ["www.bank.org"];
      assert.deepEqual(on.names(), ["bank www.bank.org", ["evil evil.org", ...stolen].join(" ")]);
      await on.resync();
      assert.deepEqual(on.names(), ["bank www.bank.org", "evil evil.org"]);
    });

    test("two teams share a host by path: after the first resync no edit and no resync writes anything", async () => {
      const on = installation({ hostClaims });
      await on.add("a", ["shop.org"]);
      await on.add("b", ["shop.org"], { path: "/cart" });
      await on.resync();
      const { writes } = on.cluster;
      const before = writes.length;
      // One of a namespace or of a route sees no others, unless every event asks the whole cluster.
      const partial = async (...scope: readonly string[]) => {
        if (hostClaims === "strict") await on.resync(...scope);
      };
      await partial("b", "web");
      for (const path of ["/cart/1", "/cart/2"]) {
        await on.edit("b", ["shop.org"], { path });
        await on.resync();
        await on.edit("a", ["shop.org"], { path });
        await partial("b");
        await partial("b", "web");
        await partial("a");
      }
      assert.deepEqual(writes.slice(before), []);
      assert.deepEqual(on.names(), ["a shop.org"]);
    });

    test("a wildcard and a name under it", async () => {
      const on = installation({ hostClaims });
      await on.add("b", ["*.x.org"]);
      await on.add("a", ["a.x.org", "y.org"]);
      await on.resync();
      assert.deepEqual(on.names(), ["a y.org", "b *.x.org"]);
    });

    test("a name, and a wildcard over it that comes later", async () => {
      const on = installation({ hostClaims });
      await on.add("b", ["b.x.org"]);
      await on.add("a", ["*.x.org", "y.org"]);
      await on.resync();
      assert.deepEqual(on.names(), ["a y.org", "b b.x.org"]);
    });

    test("a name that the owner's own wildcard has taken out of his Certificate stays his", async () => {
      const on = installation({ hostClaims, integrations: { certManager: {} } });
      await on.add("owner", ["a.x.org"]);
      // By its route alone the rival would go first at the next resync.
      await on.edit("owner", ["a.x.org", "*.x.org"]);
      assert.deepEqual(on.names(), ["owner *.x.org"]);
      await on.add("rival", ["a.x.org", "rival.org"]);
      await on.edit("owner", ["a.x.org"]);
      await on.resync();
      assert.deepEqual(on.names(), ["owner a.x.org", "rival rival.org"]);
    });

    test("a route that has opted out holds nothing, by its own annotation or its namespace's", async () => {
      for (const byNamespace of [false, true]) {
        const on = installation({ hostClaims });
        on.cluster.put(NAMESPACES, {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: {
            name: "old",
            ...(byNamespace ? { annotations: { "traefik-cert-rotater.io/ignore": "all" } } : {}),
          },
        });
        await on.add("old", ["shop.org"], byNamespace ? {} : { ignore: "all" });
        await on.add("new", ["shop.org"]);
        await on.resync();
        assert.deepEqual(on.names(), ["new shop.org"]);
      }
    });

    test("opted out and keeping: holds what its children have", async () => {
      const on = installation({ hostClaims, onOptOut: "keep" });
      await on.add("old", ["shop.org"]);
      await on.edit("old", ["shop.org", "other.org"], { ignore: "all" });
      await on.add("new", ["shop.org", "other.org"]);
      await on.resync();
      assert.deepEqual(on.names(), ["new other.org", "old shop.org"]);
    });
  });
}

test("hostClaims: off lets several namespaces have one host", async () => {
  const on = installation({ hostClaims: "off" });
  await on.add("a", ["shop.org"]);
  await on.add("b", ["shop.org", "*.org"]);
  await on.resync();
  await on.edit("b", ["shop.org"]);
  await on.resync("b");
  assert.deepEqual(on.names(), ["a shop.org", "b shop.org"]);
  assert.deepEqual(on.reported, []);
});
