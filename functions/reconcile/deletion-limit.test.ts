import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { createMemoryCluster, type MemoryCluster } from "../../test/memory-cluster.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  ROUTES,
  resyncOf,
  routeObject,
  routeReference,
  startInstallation,
  updateOf,
} from "../../test/memory-installation.ts";
import { UnavailableError } from "../kubernetes/errors.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Work } from "../work.ts";

/** One more of each kind than may always go. */
const COUNT = 11;
const NAMES = Array.from({ length: COUNT }, (_, index) => `route-${index}`);
/** Of three namespaces. */
const SOME = ["route-0", "route-2", "route-4"];
/** Two routes in each namespace, so that a resync of one of them alone would never be blocked. */
const namespaceOf = (name: string) => `team-${Math.floor(NAMES.indexOf(name) / 2)}`;

/** Routes with both children, made by an installation that is set as it should be. */
async function convergedCluster(): Promise<MemoryCluster> {
  const cluster = createMemoryCluster();
  const { handle } = startInstallation(cluster.client);
  for (const name of NAMES) cluster.put(ROUTES, routeObject(name, { namespace: namespaceOf(name) }));
  await handle(resyncOf());
  assert.equal(childrenOf(cluster), 2 * COUNT);
  return cluster;
}

function childrenOf(cluster: MemoryCluster): number {
  return cluster.all(CERTIFICATES).length + cluster.all(ENDPOINTS).length;
}

const update = (name: string) => updateOf(name, namespaceOf(name));
const routeOf = (name: string) => routeReference(name, namespaceOf(name));

const externalDNS = { targetIPs: ["192.0.2.7"] };
const off = { enabled: false, onDisable: "delete" };

/** Slips in a configuration file, each of which makes more children unwanted than may go at once. */
const MISTAKES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "a class that no route has": { selector: { ingressClass: "trafik" } },
  "a host policy with another suffix": {
    hostPolicy: [{ namespaces: ["*"], suffixes: ["exmaple.com"] }],
  },
  "a host policy for other namespaces": {
    hostPolicy: [{ namespaces: ["taem-*"], suffixes: ["example.com"] }],
  },
  "Secrets that are ignored by a glob too wide": {
    integrations: { certManager: { ignoreSecrets: ["*"] }, externalDNS },
  },
  "an integration that is off and takes its children along": {
    integrations: { certManager: {}, externalDNS: { ...externalDNS, ...off } },
  },
  "both integrations off": {
    integrations: { certManager: off, externalDNS: { ...externalDNS, ...off } },
  },
};

/** Every kind of event that can lead to a route. */
const EVENTS: Readonly<Record<string, (name: string) => Work>> = {
  "of routes": update,
  "of Certificates": (name) => childEvent("cert-manager.io", "Certificate", name, `${name}-tls`),
  "of DNSEndpoints": (name) => childEvent("externaldns.k8s.io", "DNSEndpoint", name, name),
  "of a child with a hashed name": (name) =>
    childEvent("cert-manager.io", "Certificate", name, `${name}-0123abcd`),
  "of resyncs that name a route": (name) => resyncOf({ namespace: namespaceOf(name), name }),
  "of resyncs that name a namespace": (name) => resyncOf({ namespace: namespaceOf(name) }),
  "of resyncs": () => resyncOf(),
  "of batches": (name) => ({
    kind: "batch",
    batch: { run: "r", cursor: 0, deadline: "2099-01-01T00:00:00Z", routes: [routeOf(name)] },
  }),
};

function childEvent(group: string, kind: string, route: string, name: string): Work {
  return { kind: "child", hint: "update", child: { group, kind, namespace: namespaceOf(route), name } };
}

suite("a mistake in the configuration", () => {
  for (const [mistake, file] of Object.entries(MISTAKES)) {
    test(`${mistake}: whatever events come, nothing is deleted`, async () => {
      for (const event of Object.values(EVENTS)) {
        const cluster = await convergedCluster();
        const { handle } = startInstallation(cluster.client, file);
        for (const name of SOME) await handle(event(name));
        assert.equal(childrenOf(cluster), 2 * COUNT);
      }
    });

    test(`${mistake}: mended, it has cost nothing`, async () => {
      const cluster = await convergedCluster();
      const wrong = startInstallation(cluster.client, file);
      for (const name of SOME) await wrong.handle(update(name));
      const writes = cluster.writes.length;
      await startInstallation(cluster.client).handle(resyncOf());
      assert.deepEqual(cluster.writes.slice(writes), []);
    });
  }

  test("events of all kinds in any order, by several processes: nothing is deleted", async () => {
    const anyEvent = fc.record({
      kind: fc.constantFrom(...Object.keys(EVENTS)),
      name: fc.constantFrom(...NAMES),
      process: fc.nat(1),
    });
    const anyRun = fc.record({
      mistake: fc.constantFrom(...Object.keys(MISTAKES)),
      events: fc.array(anyEvent, { minLength: 1, maxLength: 8 }),
      atOnce: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ mistake, events, atOnce }) => {
        const cluster = await convergedCluster();
        const processes = [0, 1].map(() => startInstallation(cluster.client, MISTAKES[mistake]));
        const send = ({ kind, name, process }: (typeof events)[number]) =>
          processes[process]?.handle((EVENTS[kind] as (name: string) => Work)(name));
        if (atOnce) await Promise.all(events.map(send));
        else for (const event of events) await send(event);
        assert.equal(childrenOf(cluster), 2 * COUNT);
      }),
      { numRuns: 8 },
    );
  });

  test("takes no shared child for what the one of its routes says that it does not concern", async () => {
    const cluster = createMemoryCluster();
    const put = (name: string, host: string, secretName: string | null) =>
      cluster.put(ROUTES, routeObject(name, { host: `${name}.${host}`, secretName }));
    for (const name of NAMES) {
      put(`${name}-a`, "example.org", name);
      put(`${name}-b`, "example.com", name);
    }
    await startInstallation(cluster.client).handle(resyncOf());
    assert.equal(cluster.all(CERTIFICATES).length, COUNT);
    const hostPolicy = [{ namespaces: ["*"], suffixes: ["example.org", "exmaple.com"] }];
    const { handle } = startInstallation(cluster.client, { hostPolicy });
    for (const name of NAMES) put(`${name}-a`, "example.org", null);
    for (const name of NAMES) await handle(updateOf(`${name}-a`));
    assert.equal(cluster.all(CERTIFICATES).length, COUNT);
  });

  test("that comes to light only in the live objects, after the lists, is counted too", async () => {
    const cluster = createMemoryCluster();
    const file = { selector: { ingressClass: "ours" } };
    for (const name of NAMES) cluster.put(ROUTES, routeObject(name, { ingressClass: "ours" }));
    await startInstallation(cluster.client, file).handle(resyncOf());
    for (const name of NAMES) cluster.put(ROUTES, routeObject(name, { ingressClass: "theirs" }));
    const { client } = cluster;
    const { handle } = startInstallation(
      {
        ...client,
        // As it was before that: of the class, and with a host that its children do not have yet.
        list: async (resource, options) => {
          const page = await client.list(resource, options);
          if (resource.kind !== "IngressRoute") return page;
          const earlier = ({ metadata }: KubernetesObject) => {
            const host = `new.${metadata.name}.example.com`;
            const { spec } = routeObject(metadata.name, { ingressClass: "ours", host });
            return { ...routeObject(metadata.name), metadata, spec };
          };
          return { ...page, items: page.items.map(earlier) };
        },
      },
      file,
    );
    assert.deepEqual(await handle(resyncOf()), { status: "done", blocked: 2 * COUNT });
    assert.equal(childrenOf(cluster), 2 * COUNT);
  });

  test("is reported on every route that has an event, and what to do", async () => {
    const cluster = await convergedCluster();
    const { handle, reported } = startInstallation(cluster.client, MISTAKES["a class that no route has"]);
    await handle(update("route-0"));
    const warned = reported.filter(({ problems }) =>
      problems.some(({ reason }) => reason === "DeletionBrake"),
    );
    assert.deepEqual(new Set(warned.map(({ route }) => route.name)), new Set(NAMES));
    assert.match(warned[0]?.problems[0]?.message ?? "", /correct it.*resync --confirm-deletions/s);
  });

  test("is reported on a hundred routes at most by one resync, and of how many in the log and the answer", async () => {
    const cluster = createMemoryCluster();
    const names = Array.from({ length: 130 }, (_, index) => `many-${index}`);
    for (const name of names) cluster.put(ROUTES, routeObject(name));
    await startInstallation(cluster.client).handle(resyncOf());
    for (const file of [MISTAKES["a class that no route has"], MISTAKES["both integrations off"]]) {
      const { handle, reported, logs } = startInstallation(cluster.client, file);
      assert.deepEqual(await handle(resyncOf()), { status: "done", blocked: 260 });
      const warned = reported.flatMap(({ problems }) => problems).map(({ reason }) => reason);
      assert.deepEqual(new Set(warned), new Set(["DeletionBrake"]));
      assert.equal(warned.length, 100);
      assert.match(String(logs.find(({ reason }) => reason === "DeletionBrake")?.msg), /delete 260 of 260/);
    }
  });

  test("a person's word lets all go", async () => {
    for (const file of Object.values(MISTAKES)) {
      const cluster = await convergedCluster();
      const { handle } = startInstallation(cluster.client, file);
      const { blocked = 0 } = (await handle(resyncOf())) as { blocked?: number };
      assert.ok(blocked >= COUNT);
      assert.deepEqual(await handle(resyncOf({ confirmDeletions: true })), { status: "done" });
      assert.equal(childrenOf(cluster), 2 * COUNT - blocked);
    }
  });

  test("a person's word for one route, or one namespace, is for that one", async () => {
    const cluster = await convergedCluster();
    const { handle } = startInstallation(cluster.client, MISTAKES["a class that no route has"]);
    await handle(resyncOf({ namespace: "team-0", name: "route-0", confirmDeletions: true }));
    assert.equal(childrenOf(cluster), 2 * COUNT - 2);
    await handle(resyncOf({ namespace: "team-1", confirmDeletions: true }));
    assert.equal(childrenOf(cluster), 2 * COUNT - 6);
  });
});

suite("a burst of events under a mistake", () => {
  const resyncs = (logs: readonly Readonly<Record<string, unknown>>[]) =>
    logs.filter(({ msg }) => msg === "resynced").length;

  test("costs one resync, and another only after a while", async () => {
    const cluster = await convergedCluster();
    const { handle, logs, clock } = startInstallation(cluster.client, MISTAKES["a class that no route has"]);
    for (const name of [...NAMES, ...NAMES]) await handle(update(name));
    assert.equal(resyncs(logs), 1);
    clock.now += 6 * 60_000;
    for (const name of NAMES) await handle(update(name));
    assert.equal(resyncs(logs), 2);
  });

  test("costs no more where all events come at once", async () => {
    const cluster = await convergedCluster();
    const { handle, logs } = startInstallation(cluster.client, MISTAKES["a class that no route has"]);
    await Promise.all(NAMES.map((name) => handle(update(name))));
    assert.ok(resyncs(logs) <= 2);
  });

  test("costs one resync for each child where nothing is written, in mode observe", async () => {
    const cluster = createMemoryCluster();
    cluster.put(ROUTES, routeObject("web", { ingressClass: "ours" }));
    const file = { selector: { ingressClass: "ours" } };
    await startInstallation(cluster.client, file).handle(updateOf("web"));
    cluster.put(ROUTES, routeObject("web", { ingressClass: "theirs" }));
    const { handle, logs } = startInstallation(cluster.client, file, { execute: async () => null });
    for (let event = 0; event < 5; event++) await handle(updateOf("web"));
    assert.equal(resyncs(logs), 1);
  });
});

suite("what a user says of one route is done at once", () => {
  const changes = {
    "another class": { ingressClass: "theirs" },
    "opted out": { annotations: { "traefik-cert-rotater.io/ignore": "all" } },
  } as const;
  for (const [change, options] of Object.entries(changes)) {
    test(change, async () => {
      const cluster = createMemoryCluster();
      const { handle } = startInstallation(cluster.client, { selector: { ingressClass: "ours" } });
      for (const name of NAMES) cluster.put(ROUTES, routeObject(name, { ingressClass: "ours" }));
      await handle(resyncOf());
      cluster.put(ROUTES, routeObject("route-3", { ingressClass: "ours", ...options }));
      await handle(updateOf("route-3"));
      assert.equal(childrenOf(cluster), 2 * (COUNT - 1));
      assert.ok(!cluster.all(ENDPOINTS).some(({ metadata }) => metadata.name === "route-3"));
    });
  }

  test("once the resync that it needs gets to its end: until then the sender is asked to come again", async () => {
    const cluster = createMemoryCluster();
    const file = { selector: { ingressClass: "ours" } };
    cluster.put(ROUTES, routeObject("web", { ingressClass: "ours" }));
    await startInstallation(cluster.client, file).handle(updateOf("web"));
    cluster.put(ROUTES, routeObject("web", { ingressClass: "theirs" }));
    const { client } = cluster;
    let down = true;
    const { handle } = startInstallation(
      {
        ...client,
        list: (resource, options) =>
          down && resource.kind === "IngressRoute"
            ? Promise.reject(new UnavailableError("LIST", "the server is down"))
            : client.list(resource, options),
      },
      file,
    );
    assert.equal((await handle(updateOf("web"))).status, "retry");
    assert.equal(childrenOf(cluster), 2);
    down = false;
    assert.deepEqual(await handle(updateOf("web")), { status: "done" });
    assert.equal(childrenOf(cluster), 0);
  });

  test("also while a mistake holds everything else", async () => {
    const cluster = await convergedCluster();
    const { handle } = startInstallation(cluster.client, {
      integrations: { certManager: { ignoreSecrets: ["*"] }, externalDNS },
    });
    await handle(update("route-0"));
    assert.equal(childrenOf(cluster), 2 * COUNT);
    const namespace = namespaceOf("route-0");
    const gone = { "traefik-cert-rotater.io/ignore": "all" };
    cluster.put(ROUTES, routeObject("route-0", { namespace, annotations: gone }));
    await handle(update("route-0"));
    assert.equal(childrenOf(cluster), 2 * COUNT - 2);
    cluster.put(ROUTES, routeObject("route-1", { namespace, secretName: null }));
    await handle(update("route-1"));
    assert.ok(!cluster.all(CERTIFICATES).some(({ metadata }) => metadata.name === "route-1-tls"));
  });
});

suite("an integration that is off and takes its children along", () => {
  const file = { integrations: { certManager: off, externalDNS } };

  /** Shared Certificates of every sort: two owners, named after one that is gone, with a hash in the name. */
  async function sharedCertificates(): Promise<MemoryCluster> {
    const cluster = createMemoryCluster();
    const { handle } = startInstallation(cluster.client);
    const put = async (name: string, secretName: string) => {
      cluster.put(ROUTES, routeObject(name, { secretName }));
      await handle(updateOf(name));
    };
    await put("a", "left-by-first");
    await put("b", "left-by-first");
    // The name stays with the group that the first owner has left, so its next child gets a hash.
    await put("a", "hashed");
    await put("c", "shared");
    await put("d", "shared");
    await put("e", "own");
    cluster.put(ROUTES, routeObject("e", { secretName: "own" }));
    return cluster;
  }

  test("takes all of them: shared, hashed, of routes that opted out, of other classes", async () => {
    const cluster = await sharedCertificates();
    const before = cluster.all(CERTIFICATES).map(({ metadata }) => metadata.name);
    assert.ok(before.length === 4 && before.some((name) => /-[0-9a-f]{8}$/.test(name)), before.join());
    cluster.put(
      ROUTES,
      routeObject("e", { secretName: "own", annotations: { "traefik-cert-rotater.io/ignore": "all" } }),
    );
    const { handle, reported } = startInstallation(cluster.client, { ...file, onOptOut: "keep" });
    assert.deepEqual(await handle(resyncOf()), { status: "done" });
    assert.deepEqual(cluster.all(CERTIFICATES), []);
    assert.equal(cluster.all(ENDPOINTS).length, 5);
    const deleted = reported.flatMap(({ changes }) => changes).map(({ action, name }) => `${action} ${name}`);
    assert.deepEqual(deleted.sort(), before.map((name) => `deleted ${name}`).sort());
  });

  test("leaves what is not of this installation", async () => {
    const cluster = await sharedCertificates();
    const other = startInstallation(cluster.client, file, { instance: "tests/other" });
    await other.handle(resyncOf({ confirmDeletions: true }));
    assert.equal(cluster.all(CERTIFICATES).length, 4);
  });

  test("does so at an event too, as far as the deletion limit allows", async () => {
    const cluster = await sharedCertificates();
    await startInstallation(cluster.client, file).handle(updateOf("e"));
    assert.deepEqual(cluster.all(CERTIFICATES), []);
  });
});
