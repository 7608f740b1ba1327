/**
 * One host, several routes of one namespace, and several targets: what external-dns would merge, or flap between.
 *
 * @module
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import { createMemoryDispatcher } from "../../test/memory-dispatcher.ts";
import { ENDPOINTS, Replicas, type ReplicasOptions } from "../../test/replicas.ts";
import { parseConfiguration } from "../config/parse.ts";
import { INTEGRATIONS } from "../integrations/index.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { resourceOfRoute } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";
import type { Work } from "../work.ts";
import { createExecutor } from "./apply/execute.ts";

const TARGET = "traefik-cert-rotater.io/target";
const DNS = "external-dns.kubernetes.io/";
const INSTALLATION = ["192.0.2.7"];

type Annotations = Readonly<Record<string, string>>;

const referenceOf = (name: string): RouteReference => ({
  kind: "IngressRoute",
  group: "traefik.io",
  namespace: "shop",
  name,
});

function routeOf(name: string, hosts: readonly string[], annotations: Annotations): KubernetesObject {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace: "shop", name, annotations },
    spec: { routes: hosts.map((host) => ({ kind: "Rule", match: `Host(\`${host}\`)` })) },
  };
}

/** `route host -> targets`, with what else an endpoint has. */
function published(children: readonly KubernetesObject[]): string[] {
  return children
    .flatMap(({ metadata, spec }) => {
      const { endpoints } = spec as { endpoints: Record<string, unknown>[] };
      return endpoints.map(({ dnsName, targets, recordType, recordTTL, ...more }) => {
        const rest = [
          recordTTL === 300 ? "" : ` ${recordTTL}`,
          Object.values(more).map((each) => ` ${JSON.stringify(each)}`),
        ];
        return `${metadata.name} ${dnsName} ${recordType} ${(targets as string[]).join(" ")}${rest.flat().join("")}`;
      });
    })
    .sort();
}

function start() {
  const { configuration } = parseConfiguration(
    { integrations: { externalDNS: { targetIPs: INSTALLATION } } },
    INTEGRATIONS,
  );
  const cluster = createMemoryCluster();
  const reported: string[] = [];
  const asked: string[] = [];
  const client: typeof cluster.client = {
    ...cluster.client,
    get: (reference) => {
      asked.push(`get ${reference.resource.kind}`);
      return cluster.client.get(reference);
    },
    list: (resource, options) => {
      asked.push(`list ${resource.kind}`);
      return cluster.client.list(resource, options);
    },
  };
  const dispatcher = createMemoryDispatcher(client, configuration, {
    execute: createExecutor(client),
    events: {
      record: async ({ route }, _changes, problems) => {
        for (const { reason, message } of problems) reported.push(`${route.name}: ${reason} ${message}`);
      },
    },
  });
  const handle = async (work: Work) => {
    reported.length = 0;
    asked.length = 0;
    assert.deepEqual(await dispatcher.handle(work), { status: "done" });
    return reported;
  };
  const sendEvent = (name: string, hint: "add" | "update" | "delete" = "update") =>
    handle({ kind: "route", hint, route: referenceOf(name) });
  const resource = resourceOfRoute(referenceOf("x"));
  return {
    cluster,
    asked,
    sendEvent,
    put: (name: string, hosts: readonly string[], annotations: Annotations = {}) =>
      cluster.put(resource, routeOf(name, hosts, annotations)),
    remove: (name: string) => cluster.remove(resource, "shop", name),
    resync: () => handle({ kind: "resync", scope: { namespace: null, name: null, confirmDeletions: true } }),
    published: () => published(cluster.all(ENDPOINTS)),
  };
}

type World = ReturnType<typeof start>;

/** By events in either order, and by a resync: the same, and at rest. */
async function inEachWay(
  names: readonly string[],
  prepare: (world: World) => void,
  expected: readonly string[],
) {
  const byResync = start();
  prepare(byResync);
  await byResync.resync();
  assert.deepEqual(byResync.published(), expected, "by resync");
  for (const order of [names, names.toReversed()]) {
    const world = start();
    prepare(world);
    for (const name of order) await world.sendEvent(name, "add");
    assert.deepEqual(world.published(), expected, `by events of ${order}`);
    const writes = world.cluster.writes.length;
    await world.resync();
    for (const name of names) await world.sendEvent(name);
    assert.deepEqual(world.cluster.writes.slice(writes), [], `at rest after events of ${order}`);
  }
}

suite("one host, two targets", () => {
  test("the redirect twin follows the annotated route, with all that it publishes, in silence", async () => {
    const prepare = (world: World) => {
      world.put("web-redirect", ["www.shop.org", "other.org"]);
      world.put("web", ["www.shop.org"], {
        [`${DNS}target`]: "tunnel.net",
        [`${DNS}ttl`]: "60",
        [`${DNS}webhook-x`]: "y",
      });
    };
    const rest = 'tunnel.net 60 [{"name":"webhook/x","value":"y"}]';
    await inEachWay(["web-redirect", "web"], prepare, [
      `web www.shop.org CNAME ${rest}`,
      "web-redirect other.org A 192.0.2.7",
      `web-redirect www.shop.org CNAME ${rest}`,
    ]);
    const world = start();
    prepare(world);
    assert.deepEqual(await world.resync(), []);
    assert.deepEqual(await world.sendEvent("web-redirect"), []);
  });

  test("of two own targets the older route's counts, and the other is reported by event and resync", async () => {
    const prepare = (world: World) => {
      world.put("b", ["shop.org"], { [TARGET]: "192.0.2.1" });
      world.put("c", ["shop.org"], { [TARGET]: "192.0.2.2" });
    };
    await inEachWay(["b", "c"], prepare, ["b shop.org A 192.0.2.1", "c shop.org A 192.0.2.1"]);
    const world = start();
    prepare(world);
    const message = /^c: TargetConflict host shop\.org .*IngressRoute b.*remove this annotation/;
    for (const reported of [await world.resync(), await world.sendEvent("c")]) {
      assert.equal(reported.length, 1);
      assert.match(reported[0] ?? "", message);
    }
    assert.deepEqual(await world.sendEvent("b"), []);
  });

  test("different set identifiers stand beside each other; a plain route without a target follows", async () => {
    await inEachWay(
      ["a", "b", "c"],
      (world) => {
        world.put("a", ["shop.org"], { [TARGET]: "192.0.2.1", [`${DNS}set-identifier`]: "one" });
        world.put("b", ["shop.org"], { [TARGET]: "192.0.2.2", [`${DNS}set-identifier`]: "two" });
        world.put("c", ["shop.org"]);
      },
      ['a shop.org A 192.0.2.1 "one"', 'b shop.org A 192.0.2.2 "two"', 'c shop.org A 192.0.2.1 "one"'],
    );
  });

  test("a wildcard and a name below it are two names", async () => {
    await inEachWay(
      ["a", "b"],
      (world) => {
        world.put("a", ["*.shop.org"], { [TARGET]: "192.0.2.1" });
        world.put("b", ["www.shop.org"]);
      },
      ["a *.shop.org A 192.0.2.1", "b www.shop.org A 192.0.2.7"],
    );
  });

  test("a route that has opted out decides nothing", async () => {
    await inEachWay(
      ["a", "b"],
      (world) => {
        world.put("a", ["shop.org"], {
          [TARGET]: "192.0.2.1",
          "traefik-cert-rotater.io/ignore": "external-dns",
        });
        world.put("b", ["shop.org"]);
      },
      ["b shop.org A 192.0.2.7"],
    );
  });
});

suite("when the deciding route changes", () => {
  const both = async () => {
    const world = start();
    world.put("a", ["shop.org"], { [TARGET]: "192.0.2.1" });
    world.put("b", ["shop.org"]);
    for (const name of ["a", "b"]) await world.sendEvent(name, "add");
    return world;
  };

  test("its target: the other follows at that event", async () => {
    const world = await both();
    world.put("a", ["shop.org"], { [TARGET]: "192.0.2.9" });
    await world.sendEvent("a");
    assert.deepEqual(world.published(), ["a shop.org A 192.0.2.9", "b shop.org A 192.0.2.9"]);
  });

  test("its host or its annotation goes: the other has its own target again", async () => {
    for (const [hosts, annotations, expected] of [
      [["new.org"], { [TARGET]: "192.0.2.1" }, "a new.org A 192.0.2.1"],
      [["shop.org"], {}, "a shop.org A 192.0.2.7"],
    ] as const) {
      const world = await both();
      world.put("a", hosts, annotations);
      await world.sendEvent("a");
      assert.deepEqual(world.published(), [expected, "b shop.org A 192.0.2.7"]);
      assert.ok(!JSON.stringify(world.cluster.all(ENDPOINTS)).includes("shared-hosts"));
    }
  });

  for (const collected of [false, true]) {
    test(`it is deleted, garbage ${collected ? "" : "not "}collected before the event`, async () => {
      const world = await both();
      world.remove("a");
      if (collected) world.cluster.collectGarbage();
      await world.sendEvent("a", "delete");
      assert.deepEqual(world.published(), ["b shop.org A 192.0.2.7"]);
    });
  }
});

test("without such a pair an event that writes nothing asks for what it asked before", async () => {
  const world = start();
  world.put("a", ["a.org"], { [TARGET]: "192.0.2.1" });
  world.put("b", ["shop.org"]);
  world.put("c", ["shop.org"]);
  await world.resync();
  for (const name of ["a", "b", "c"]) {
    await world.sendEvent(name);
    assert.deepEqual(world.asked.toSorted(), ["get DNSEndpoint", "get IngressRoute", "get Namespace"]);
  }
  world.remove("c");
  world.cluster.collectGarbage();
  await world.sendEvent("c", "delete");
  assert.equal(world.asked.length, 3);
});

test("a kept target is never the other route's", async () => {
  const world = start();
  world.put("a", ["shop.org"], { [TARGET]: "192.0.2.1" });
  world.put("b", ["shop.org", "b.org"], { [TARGET]: "192.0.2.2" });
  for (const name of ["a", "b"]) await world.sendEvent(name, "add");
  world.put("b", ["shop.org", "b.org"], { [TARGET]: "no target" });
  await world.sendEvent("b");
  assert.deepEqual(world.published(), [
    "a shop.org A 192.0.2.1",
    "b b.org A 192.0.2.2",
    "b shop.org A 192.0.2.1",
  ]);
});

const RUNS = { numRuns: Number(process.env.INTERLEAVINGS ?? 20) };

/** Runs on several replicas in many orders; at rest a resync changes nothing, and no name has two targets. */
async function inEveryOrder(
  scenario: (replicas: Replicas, turn: ReplicasOptions["turn"]) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.infiniteStream(fc.nat({ max: 1_000_000 })),
      async (scheduler, choices) => {
        const turn = () => scheduler.schedule(Promise.resolve());
        const choose = (below: number) => (choices.next().value as number) % below;
        const replicas = new Replicas({ count: 3, turn, choose });
        await scheduler.waitFor(scenario(replicas, turn).then(() => replicas.untilIdle()));
        await scheduler.waitFor(checkAtRest(replicas));
      },
    ),
    RUNS,
  );
}

async function checkAtRest(replicas: Replicas): Promise<void> {
  const before = published(replicas.cluster.all(ENDPOINTS));
  const byName = Map.groupBy(before, (line) => line.split(" ")[1]);
  for (const [name, lines] of byName) {
    assert.equal(
      new Set(lines.map((line) => line.split(" ").slice(2).join(" "))).size,
      1,
      `${name}: ${lines}`,
    );
  }
  const writes = replicas.cluster.writes.length;
  replicas.send({ kind: "resync", scope: { namespace: null, name: null, confirmDeletions: true } });
  await replicas.untilIdle();
  assert.deepEqual(replicas.cluster.writes.slice(writes), []);
}

test("two routes of one host on several replicas, either first, and an annotation that changes meanwhile", async () => {
  await inEveryOrder(async (replicas, turn) => {
    const put = (name: string, annotations: Annotations) =>
      replicas.cluster.put(resourceOfRoute(referenceOf(name)), routeOf(name, ["shop.org"], annotations));
    put("web", { [TARGET]: "192.0.2.1" });
    put("web-redirect", {});
    for (const target of ["192.0.2.2", "192.0.2.3"]) {
      for (let left = 15; left > 0; left--) await turn();
      put("web", { [TARGET]: target });
    }
  });
});

test("mixed bursts of routes that share hosts: no name has two targets at rest, and a resync agrees", async () => {
  const change = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    hosts: fc.subarray(["x.org", "y.org"]),
    target: fc.constantFrom(undefined, undefined, "192.0.2.1", "192.0.2.2", "tunnel.net"),
    removes: fc.constantFrom(false, false, false, true),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.infiniteStream(fc.nat({ max: 1_000_000 })),
      fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      async (scheduler, choices, bursts) => {
        const turn = () => scheduler.schedule(Promise.resolve());
        const choose = (below: number) => (choices.next().value as number) % below;
        const replicas = new Replicas({ count: 3, turn, choose });
        const run = async () => {
          for (const burst of bursts) {
            for (const { name, hosts, target, removes } of burst) {
              const resource = resourceOfRoute(referenceOf(name));
              if (removes) replicas.cluster.remove(resource, "shop", name);
              else
                replicas.cluster.put(
                  resource,
                  routeOf(name, hosts, target === undefined ? {} : { [TARGET]: target }),
                );
              await turn();
            }
            await replicas.untilIdle();
            replicas.cluster.collectGarbage();
            await replicas.untilIdle();
          }
        };
        await scheduler.waitFor(run());
        await scheduler.waitFor(checkAtRest(replicas));
      },
    ),
    RUNS,
  );
});

suite("hostClaims: off", () => {
  test("a host that is split over namespaces: one record each, and no flapping", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.infiniteStream(fc.nat({ max: 1_000_000 })),
        fc.boolean(),
        async (scheduler, choices, byResync) => {
          const turn = () => scheduler.schedule(Promise.resolve());
          const choose = (below: number) => (choices.next().value as number) % below;
          const replicas = new Replicas({
            count: 2,
            turn,
            choose,
            hostClaims: "off",
            startsSource: !byResync,
          });
          const resync = {
            kind: "resync",
            scope: { namespace: null, name: null, confirmDeletions: true },
          } as const;
          for (const namespace of ["traefik", "argocd"]) {
            const { metadata, spec, ...rest } = routeOf("argocd", ["argocd.org"], {});
            replicas.cluster.put(resourceOfRoute(referenceOf("argocd")), {
              ...rest,
              metadata: { ...metadata, namespace },
              spec: { ...(spec as object), tls: { secretName: "argocd-tls" } },
            });
          }
          if (byResync) {
            replicas.startSource();
            replicas.send(resync);
          }
          await scheduler.waitFor(replicas.untilIdle());
          const places = replicas.cluster.writes.map((line) => line.split(" ").slice(0, 3).join(" ")).sort();
          const writes = replicas.cluster.writes.length;
          replicas.send(resync);
          await scheduler.waitFor(replicas.untilIdle());
          assert.deepEqual(replicas.cluster.writes.slice(writes), []);
          assert.equal(places.length, 4, places.join(", "));
          assert.equal(replicas.cluster.all(ENDPOINTS).length, 2);
        },
      ),
      RUNS,
    );
  });
});
