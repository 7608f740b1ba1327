/** How many requests an event costs, and of which kind: a time would depend on the machine. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { AuditEntry } from "../control-plane/audit-log.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { changeEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, ROUTES, records, SERVICES } from "./harness/objects.ts";
import { startFunction } from "./harness/running-function.ts";
import { startWorld, type World } from "./harness/world.ts";

suite("requests of an event that removes nothing", () => {
  let world: World;

  before(async () => {
    const cluster = await sharedControlPlane();
    const namespace = await cluster.admin.createNamespace("target");
    const spec = { type: "LoadBalancer", ports: [{ port: 443 }], externalIPs: ["192.0.2.7"] };
    await cluster.admin.create({ ...SERVICES, metadata: { name: "traefik", namespace }, spec });
    const targetService = { name: "traefik", namespace };
    world = await startWorld(cluster, { values: { integrations: { externalDNS: { targetService } } } });
  });
  after(() => world.stop());

  /** What the function asks for from the change of a route on, without its Kubernetes Events. */
  async function requestsOf(
    verb: "add" | "update",
    object: { apiVersion: string; kind: string },
    name: string,
  ): Promise<AuditEntry[]> {
    const mark = await world.cluster.auditLog.mark();
    assert.equal(await world.sendEvent(verb, object, name), 204);
    return (await world.requests(mark)).filter(({ resource }) => resource !== "events");
  }

  /** `verb resource` of each; a list with how it is read: `consistent` waits for etcd. */
  function shown(entries: readonly AuditEntry[]): string[] {
    return entries.map(({ verb, resource, uri }) => `${verb}${wayOf(verb, uri)} ${resource}`).sort();
  }

  function wayOf(verb: string, uri: string): string {
    if (verb !== "list") return "";
    const query = new URL(uri, "https://kubernetes").searchParams;
    if (query.get("resourceVersionMatch") === "Exact") return " exact";
    return query.get("resourceVersion") === "0" ? " cached" : " consistent";
  }

  const put = (name: string, secretName: string | undefined, ...hosts: string[]) =>
    world.admin.apply(
      world.route({
        name,
        ...(secretName === undefined ? {} : { secretName }),
        match: hosts.map((host) => `Host(\`${host}.example.com\`)`).join(" || "),
      }),
    );

  test("a new route: three objects and a cached list, two creates, and a look at what may have changed", async () => {
    await put("fresh", "fresh", "fresh");
    assert.deepEqual(shown(await requestsOf("add", ROUTES, "fresh")), [
      "get ingressroutes",
      "get ingressroutes",
      "get namespaces",
      "get services",
      "get services",
      "list cached certificates",
      "list exact certificates",
      "list exact dnsendpoints",
      "patch certificates",
      "patch dnsendpoints",
    ]);
  });

  test("an echo of its children: none of what it has made and verified, one look at the child of an update", async () => {
    for (const [kind, resource] of [
      [CERTIFICATES, "certificates"],
      [ENDPOINTS, "dnsendpoints"],
    ] as const) {
      const name = resource === "certificates" ? "fresh-tls" : "fresh";
      assert.deepEqual(shown(await requestsOf("add", kind, name)), []);
      // A second one is somebody else's, or the same once more.
      for (const verb of ["add", "update"] as const)
        assert.deepEqual(shown(await requestsOf(verb, kind, name)), [`get ${resource}`]);
    }
  });

  test("nothing to do, also where the route is said to be new: five objects and a cached list", async () => {
    for (const verb of ["update", "add"] as const) {
      assert.deepEqual(shown(await requestsOf(verb, ROUTES, "fresh")), [
        "get certificates",
        "get dnsendpoints",
        "get ingressroutes",
        "get namespaces",
        "get services",
        "list cached certificates",
      ]);
    }
  });

  test("an echo at a replica that has not made the child: the child, what it follows from, and not the other one", async () => {
    const other = await startFunction(world.cluster, world.release);
    try {
      for (const { kind, name, expected } of [
        {
          kind: CERTIFICATES,
          name: "fresh-tls",
          expected: ["get certificates", "get ingressroutes", "get namespaces", "list exact certificates"],
        },
        {
          kind: ENDPOINTS,
          name: "fresh",
          expected: ["get dnsendpoints", "get ingressroutes", "get namespaces", "get services"],
        },
      ]) {
        const mark = await world.cluster.auditLog.mark();
        const { namespace } = world;
        assert.equal((await other.send(changeEvent("add", { ...kind, namespace, name }))).status, 204);
        assert.deepEqual(shown(await world.requests(mark)), expected);
      }
    } finally {
      await other.stop();
    }
  });

  test("another host: no list that waits", async () => {
    await put("fresh", "fresh", "other");
    assert.deepEqual(shown(await requestsOf("update", ROUTES, "fresh")), [
      "get certificates",
      "get dnsendpoints",
      "get ingressroutes",
      "get ingressroutes",
      "get namespaces",
      "get services",
      "get services",
      "list cached certificates",
      "list exact dnsendpoints",
      "patch certificates",
      "patch dnsendpoints",
    ]);
    assert.deepEqual(await records(world.admin, world.namespace, "fresh"), ["other.example.com A 192.0.2.7"]);
  });

  test("a second route joins its Secret, and later neither needs anything: no list that waits", async () => {
    await put("joining", "fresh", "joining");
    const joining = await requestsOf("add", ROUTES, "joining");
    const again = await requestsOf("update", ROUTES, "joining");
    for (const entries of [joining, again]) {
      assert.deepEqual(
        shown(entries).filter((line) => line.includes("consistent")),
        [],
      );
    }
    assert.deepEqual(
      again.filter(({ verb }) => verb === "patch"),
      [],
    );
  });

  test("a new route without TLS: no list that waits", async () => {
    await put("plain", undefined, "plain");
    const entries = await requestsOf("add", ROUTES, "plain");
    assert.deepEqual(
      shown(entries).filter((line) => line.includes("consistent")),
      [],
    );
  });

  test("none of these lists has the objects of others: it is a table of columns, or by label", async () => {
    await put("lean", "lean", "lean");
    await put("leaner", "lean", "leaner");
    for (const name of ["lean", "leaner"]) {
      const lists = (await requestsOf("add", ROUTES, name)).filter(({ verb }) => verb === "list");
      const isLean = ({ uri }: AuditEntry) => /includeObject=None|labelSelector=/.test(uri);
      assert.ok(lists.length >= 3 && lists.every(isLean), lists.map(({ uri }) => uri).join("\n"));
    }
  });

  test("what removes rests on lists that wait", async () => {
    await put("joining", "own", "joining");
    const leaving = shown(await requestsOf("update", ROUTES, "joining"));
    assert.ok(leaving.includes("list consistent certificates"), leaving.join("\n"));
    // What it has left shows at once that those are needed: nothing but its label is asked of the cache.
    assert.equal(leaving.filter((line) => line.startsWith("list cached")).length, 1, leaving.join("\n"));
  });
});
