import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import {
  CERTIFICATES,
  dnsNames,
  ENDPOINTS,
  eventsOn,
  mustGet,
  ROUTES,
  records,
  warningsOn,
} from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const values = { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } };
const label = "kubernetes.io/managed-by";

suite("objects that are not ours", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values });
  });
  after(() => world.stop());

  /** The function's writes to Certificates and DNSEndpoints since the mark. */
  async function writesToChildren(mark: number): Promise<string[]> {
    return (await world.writes(mark)).filter((line) => !line.includes(" events "));
  }

  const spec = { secretName: "mine", dnsNames: ["mine.example.com"], issuerRef: { name: "mine" } };

  test("objects of our names that somebody made are left alone, and a problem says so once each", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply({ ...CERTIFICATES, metadata: { namespace, name: "foreign-tls" }, spec });
    const endpoints = [{ dnsName: "mine.example.com", recordType: "A", targets: ["192.0.2.99"] }];
    await admin.apply({ ...ENDPOINTS, metadata: { namespace, name: "foreign" }, spec: { endpoints } });
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "foreign" }));
    assert.equal(await world.sendEvent("add", ROUTES, "foreign"), 204);
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await writesToChildren(mark), []);
    assert.deepEqual(await warningsOn(admin, namespace, "foreign"), ["NotOurs", "NotOurs"]);
    const notes = (await eventsOn(admin, namespace, "foreign")).map(({ note }) => note).sort();
    assert.match(notes[0] ?? "", /^Certificate foreign-tls exists and was not made by this installation/);
    assert.match(notes[1] ?? "", /^DNSEndpoint foreign exists and was not made by this installation/);
  });

  test("even one that looks the same and carries our label", async () => {
    const { admin, cluster, namespace } = world;
    const metadata = { namespace, name: "lookalike-tls", labels: { [label]: "Traefik-cert-rotater" } };
    const issuerRef = { kind: "ClusterIssuer", name: "ca-issuer" };
    const same = { secretName: "lookalike-secret", dnsNames: ["lookalike.example.com"], issuerRef };
    await admin.apply({ ...CERTIFICATES, metadata, spec: same });
    const before = await mustGet(admin, { ...CERTIFICATES, namespace, name: "lookalike-tls" });
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "lookalike" }));
    assert.equal(await world.sendEvent("add", ROUTES, "lookalike"), 204);
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await mustGet(admin, { ...CERTIFICATES, namespace, name: "lookalike-tls" }), before);
    assert.deepEqual(await writesToChildren(mark), [`patch dnsendpoints ${namespace}/lookalike`]);
  });

  test("a child whose label was taken away is released: left alone, with an Event", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply(world.route({ name: "released" }));
    await world.sendEvent("add", ROUTES, "released");
    const child = { ...CERTIFICATES, namespace, name: "released-tls" };
    await admin.patch(child, { metadata: { labels: { [label]: null } } });
    const mark = await cluster.auditLog.mark();
    assert.equal(await world.sendEvent("delete", CERTIFICATES, "released-tls"), 204);
    await admin.apply(world.route({ name: "released", host: "edited.example.com" }));
    assert.equal(await world.sendEvent("update", ROUTES, "released"), 204);
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "released-tls"), ["released.example.com"]);
    assert.deepEqual(await writesToChildren(mark), [`patch dnsendpoints ${namespace}/released`]);
    assert.deepEqual(await warningsOn(admin, namespace, "released"), ["Released"]);
  });

  test("children orphaned with their route's deletion stay, also when the route comes back", async () => {
    const { admin, cluster, namespace } = world;
    const route = { ...ROUTES, namespace, name: "orphaned" };
    await admin.apply(world.route({ name: "orphaned" }));
    await world.sendEvent("add", ROUTES, "orphaned");
    await admin.delete(route, { propagation: "Orphan" });
    await admin.waitFor(route, (object) => object === null);
    const mark = await cluster.auditLog.mark();
    assert.equal(await world.sendEvent("delete", ROUTES, "orphaned"), 204);
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    await admin.apply(world.route({ name: "orphaned", host: "edited.example.com" }));
    assert.equal(await world.sendEvent("add", ROUTES, "orphaned"), 204);
    assert.deepEqual(await writesToChildren(mark), []);
    assert.deepEqual(await warningsOn(admin, namespace, "orphaned"), ["Released", "Released"]);
    const { metadata } = await mustGet(admin, { ...CERTIFICATES, namespace, name: "orphaned-tls" });
    assert.equal(metadata.ownerReferences, undefined);
  });

  for (const [key, value, certificate, endpoint] of [
    ["traefik-cert-rotater.io/ignore", "all", false, false],
    ["traefik-cert-rotater.io/ignore", "cert-manager", false, true],
    ["traefik-cert-rotater.io/ignore", "external-dns, cert-manager", false, false],
    ["switchboard.borchero.com/ignore", "true", false, false],
    ["switchboard.borchero.com/ignore", "external-dns", true, false],
  ] as const) {
    test(`${key}: ${value} takes away our children and only ours, and without it they are back`, async () => {
      const { admin, namespace } = world;
      const name = `ignored-${value.replaceAll(/\W/g, "")}-${key.slice(0, 1)}`;
      const there = async () => [
        (await dnsNames(admin, namespace, `${name}-tls`)) !== null,
        (await records(admin, namespace, name)) !== null,
      ];
      await admin.apply(world.route({ name }));
      await world.sendEvent("add", ROUTES, name);
      assert.deepEqual(await there(), [true, true]);
      await admin.apply(world.route({ name, annotations: { [key]: value } }));
      assert.equal(await world.sendEvent("update", ROUTES, name), 204);
      assert.deepEqual(await there(), [certificate, endpoint]);
      await admin.apply(world.route({ name }));
      assert.equal(await world.sendEvent("update", ROUTES, name), 204);
      assert.deepEqual(await there(), [true, true]);
    });
  }
});

suite("two installations of different classes", () => {
  let internal: World;
  let external: World;

  before(async () => {
    const cluster = await sharedControlPlane();
    [internal, external] = await Promise.all([
      startWorld(cluster, { values }),
      startWorld(cluster, { values }),
    ]);
    await Promise.all([internal.listen(), external.listen()]);
  });
  after(() => Promise.all([internal.stop(), external.stop()]));

  const instanceOf =
    (world: World) => (object: { metadata: { annotations?: Readonly<Record<string, string>> } } | null) =>
      object?.metadata.annotations?.["traefik-cert-rotater.io/instance"] === world.release.instance;

  test("leave each other's children alone, at events and at a resync", async () => {
    const { admin, cluster, namespace } = internal;
    const mark = await cluster.auditLog.mark();
    await admin.apply(internal.route({ name: "internal" }));
    await admin.apply(external.route({ name: "external", namespace }));
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "internal-tls" }, instanceOf(internal));
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "external-tls" }, instanceOf(external));
    await admin.waitFor({ ...ENDPOINTS, namespace, name: "internal" }, instanceOf(internal));
    await admin.waitFor({ ...ENDPOINTS, namespace, name: "external" }, instanceOf(external));
    for (const { app } of [internal, external]) {
      assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
    }
    const written = async (world: World) =>
      (await world.writes(mark)).filter((line) => !line.includes(" events "));
    const children = (name: string) => [
      `patch certificates ${namespace}/${name}-tls`,
      `patch dnsendpoints ${namespace}/${name}`,
    ];
    assert.deepEqual(await written(internal), children("internal"));
    assert.deepEqual(await written(external), children("external"));
    assert.deepEqual(await warningsOn(admin, namespace, "internal"), []);
    assert.deepEqual(await warningsOn(admin, namespace, "external"), []);
  });

  test("a route that changes its class changes hands, with nobody's help", async () => {
    const { admin, namespace } = internal;
    await admin.apply(internal.route({ name: "moving" }));
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "moving-tls" }, instanceOf(internal));
    await admin.waitFor({ ...ENDPOINTS, namespace, name: "moving" }, instanceOf(internal));
    await admin.apply(external.route({ name: "moving", namespace }));
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "moving-tls" }, instanceOf(external));
    await admin.waitFor({ ...ENDPOINTS, namespace, name: "moving" }, instanceOf(external));
  });
});

suite("a route that goes", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values });
    await world.listen();
  });
  after(() => world.stop());

  const certificate = () => ({ ...CERTIFICATES, namespace: world.namespace, name: "going-tls" });
  const endpoint = () => ({ ...ENDPOINTS, namespace: world.namespace, name: "going" });

  test("takes its children along, and they do not come back", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply(world.route({ name: "going" }));
    await admin.waitFor(certificate(), (object) => object !== null);
    await admin.waitFor(endpoint(), (object) => object !== null);
    const mark = await cluster.auditLog.mark();
    await admin.delete({ ...ROUTES, namespace, name: "going" });
    await admin.waitFor(certificate(), (object) => object === null);
    await admin.waitFor(endpoint(), (object) => object === null);
    for (const kind of [ROUTES, CERTIFICATES, ENDPOINTS]) {
      assert.equal(await world.sendEvent("delete", kind, kind === CERTIFICATES ? "going-tls" : "going"), 204);
    }
    assert.deepEqual(
      (await world.writes(mark)).filter((line) => line.startsWith("patch ")),
      [],
    );
    assert.equal(await admin.get(certificate()), null);
    assert.equal(await admin.get(endpoint()), null);
  });

  test("and comes back at once under its name owns its children again", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "going" }));
    await admin.waitFor(certificate(), (object) => object !== null);
    await admin.waitFor(endpoint(), (object) => object !== null);
    await admin.delete({ ...ROUTES, namespace, name: "going" });
    const { metadata } = await admin.apply(world.route({ name: "going", host: "anew.example.com" }));
    const isOwned = (object: { metadata: { ownerReferences?: readonly { uid: string }[] } } | null) =>
      object?.metadata.ownerReferences?.every(({ uid }) => uid === metadata.uid) ?? false;
    await admin.waitFor(certificate(), isOwned);
    await admin.waitFor(endpoint(), isOwned);
    assert.deepEqual(await dnsNames(admin, namespace, "going-tls"), ["anew.example.com"]);
    assert.deepEqual(await records(admin, namespace, "going"), ["anew.example.com A 192.0.2.7"]);
  });
});
