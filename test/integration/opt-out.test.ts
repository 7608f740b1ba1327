import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { certificatesFor } from "./harness/members.ts";
import { CERTIFICATES, dnsNames, ENDPOINTS, eventsOn, namesOf, ROUTES, records } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const NAMESPACES = { apiVersion: "v1", kind: "Namespace" } as const;
const IGNORE = "traefik-cert-rotater.io/ignore";
const externalDNS = { targetIPs: ["192.0.2.7"] };

/** Annotates the world's namespace; null takes the annotation away. */
function ignoreNamespace({ admin, namespace }: World, value: string | null) {
  return admin.patch({ ...NAMESPACES, name: namespace }, { metadata: { annotations: { [IGNORE]: value } } });
}

/** Whether the route has a Certificate and a DNSEndpoint. */
async function children({ admin, namespace }: World, name: string): Promise<readonly [boolean, boolean]> {
  return [
    (await dnsNames(admin, namespace, `${name}-tls`)) !== null,
    (await records(admin, namespace, name)) !== null,
  ];
}

suite("a namespace opts out by annotation", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values: { integrations: { externalDNS } } });
    await world.admin.apply(world.route({ name: "before" }));
    await world.sendEvent("add", ROUTES, "before");
  });
  after(() => world.stop());
  const resync = () => world.app.send(resyncEvent({ namespace: world.namespace }));

  test("of one integration: its children go at the resync, and new routes get none", async () => {
    await ignoreNamespace(world, "cert-manager");
    await resync();
    assert.deepEqual(await children(world, "before"), [false, true]);
    await world.admin.apply(world.route({ name: "later" }));
    await world.sendEvent("add", ROUTES, "later");
    assert.deepEqual(await children(world, "later"), [false, true]);
  });

  test("of all: every child goes, and foreign objects stay", async () => {
    const { admin, namespace } = world;
    const metadata = { namespace, name: "foreign" };
    await admin.apply({ ...ENDPOINTS, metadata, spec: { endpoints: [] } });
    await ignoreNamespace(world, "all");
    await resync();
    assert.deepEqual(await children(world, "before"), [false, false]);
    assert.deepEqual(await children(world, "later"), [false, false]);
    assert.deepEqual(await namesOf(admin, { ...ENDPOINTS, namespace }), ["foreign"]);
  });

  test("a route's own opt-out adds to its namespace's", async () => {
    await ignoreNamespace(world, "cert-manager");
    await world.admin.apply(world.route({ name: "own", annotations: { [IGNORE]: "external-dns" } }));
    await world.sendEvent("add", ROUTES, "own");
    assert.deepEqual(await children(world, "own"), [false, false]);
  });

  test("taken back: a full resync makes them again", async () => {
    await ignoreNamespace(world, null);
    await world.app.send(resyncEvent());
    assert.deepEqual(await children(world, "before"), [true, true]);
    assert.deepEqual(await children(world, "later"), [true, true]);
    assert.deepEqual(await children(world, "own"), [true, false]);
  });
});

suite("onOptOut: keep", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), {
      values: { onOptOut: "keep", integrations: { externalDNS } },
    });
  });
  after(() => world.stop());

  test("what a route has when it opts out stays and is not touched any more", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply(world.route({ name: "kept" }));
    await world.sendEvent("add", ROUTES, "kept");
    const annotations = { [IGNORE]: "all" };
    await admin.apply(world.route({ name: "kept", host: "edited.example.com", annotations }));
    const mark = await cluster.auditLog.mark();
    await world.sendEvent("update", ROUTES, "kept");
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await world.writes(mark), []);
    assert.deepEqual(await dnsNames(admin, namespace, "kept-tls"), ["kept.example.com"]);
    assert.deepEqual(await records(admin, namespace, "kept"), ["kept.example.com A 192.0.2.7"]);
  });

  test("a namespace that opts out keeps them as well", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply(world.route({ name: "stays" }));
    await world.sendEvent("add", ROUTES, "stays");
    await ignoreNamespace(world, "all");
    const mark = await cluster.auditLog.mark();
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await world.writes(mark), []);
    assert.deepEqual(await children(world, "stays"), [true, true]);
    await ignoreNamespace(world, null);
  });

  test("a route that drops tls still loses its Certificate: that is no opt-out", async () => {
    const { admin } = world;
    await admin.apply(world.route({ name: "plain" }));
    await world.sendEvent("add", ROUTES, "plain");
    await admin.apply(world.route({ name: "plain", secretName: null }));
    await world.sendEvent("update", ROUTES, "plain");
    assert.deepEqual(await children(world, "plain"), [false, true]);
  });

  test("taken back: the children follow the route again", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "kept", host: "edited.example.com" }));
    await world.sendEvent("update", ROUTES, "kept");
    assert.deepEqual(await dnsNames(admin, namespace, "kept-tls"), ["edited.example.com"]);
  });

  test("a member of a shared Certificate that opts out keeps its names on it", async () => {
    const { admin, namespace } = world;
    for (const name of ["member-a", "member-b"]) {
      await admin.apply(world.route({ name, secretName: "members" }));
      await world.sendEvent("add", ROUTES, name);
    }
    const before = await certificatesFor(admin, namespace, "members");
    const annotations = { [IGNORE]: "all" };
    await admin.apply(world.route({ name: "member-a", secretName: "members", annotations }));
    await world.sendEvent("update", ROUTES, "member-a");
    await world.sendEvent("update", ROUTES, "member-b");
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await certificatesFor(admin, namespace, "members"), before);
  });
});

suite("mode: observe", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), {
      values: { mode: "observe", integrations: { externalDNS } },
    });
  });
  after(() => world.stop());

  /** Writes of anything but Events. */
  async function realWrites(mark: number): Promise<string[]> {
    return (await world.writes(mark)).filter((line) => !line.includes(" events "));
  }

  test("routes get no children, at events and at resyncs; Events say what would be done", async () => {
    const { admin, cluster, namespace } = world;
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "watched" }));
    assert.equal(await world.sendEvent("add", ROUTES, "watched"), 204);
    await admin.apply(world.route({ name: "unheard" }));
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await realWrites(mark), []);
    assert.deepEqual(await children(world, "watched"), [false, false]);
    for (const name of ["watched", "unheard"]) {
      const [event, ...others] = await eventsOn(admin, namespace, name);
      assert.deepEqual(others, []);
      assert.deepEqual(
        [event?.type, event?.reason, event?.note],
        [
          "Normal",
          "Observed",
          `Would have created Certificate ${name}-tls, created DNSEndpoint ${name} (mode observe)`,
        ],
      );
    }
  });

  test("again and again: not even Events", async () => {
    const { cluster, namespace } = world;
    const mark = await cluster.auditLog.mark();
    await world.sendEvent("update", ROUTES, "watched");
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await world.writes(mark), []);
  });

  test("children that exist are neither changed nor removed", async () => {
    const { admin, cluster, namespace, release } = world;
    const route = await admin.apply(world.route({ name: "watched" }));
    const owner = {
      apiVersion: "traefik.io/v1alpha1",
      kind: "IngressRoute",
      name: "watched",
      uid: route.metadata.uid,
      controller: true,
    };
    const metadata = {
      namespace,
      labels: { "kubernetes.io/managed-by": "Traefik-cert-rotater" },
      annotations: { "traefik-cert-rotater.io/instance": release.instance },
      ownerReferences: [owner],
    };
    const issuerRef = { kind: "ClusterIssuer", name: "ca-issuer" };
    const spec = { secretName: "watched-secret", dnsNames: ["old.example.com"], issuerRef };
    await admin.create({ ...CERTIFICATES, metadata: { ...metadata, name: "watched-tls" }, spec });
    await admin.create({ ...ENDPOINTS, metadata: { ...metadata, name: "watched" }, spec: { endpoints: [] } });
    const mark = await cluster.auditLog.mark();
    await world.sendEvent("update", ROUTES, "watched");
    await admin.apply(world.route({ name: "watched", annotations: { [IGNORE]: "all" } }));
    await world.sendEvent("update", ROUTES, "watched");
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await realWrites(mark), []);
    assert.deepEqual(await dnsNames(admin, namespace, "watched-tls"), ["old.example.com"]);
  });
});
