import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import type { Manifest } from "../control-plane/admin.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { inShort } from "./harness/members.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  eventsOn,
  mustGet,
  ROUTES,
  records,
  warningsOn,
} from "./harness/objects.ts";
import { startFunction } from "./harness/running-function.ts";
import { startWorld, type World } from "./harness/world.ts";

const ADOPT = { "traefik-cert-rotater.io/adopt": "true" };
const LABEL = "kubernetes.io/managed-by";
const issuerRef = { kind: "ClusterIssuer", name: "ca-issuer" };
const values = {
  integrations: {
    certManager: { certificateTemplate: { spec: { issuerRef, duration: "2160h0m0s" } } },
    externalDNS: { targetIPs: ["192.0.2.7"] },
  },
};

suite("children that another tool or a person made are taken over in place", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values });
  });
  after(() => world.stop());

  /** Switchboard's two children of a route as it writes them: by POST, with a reference that blocks deletion. */
  async function switchboardsChildren(
    route: KubernetesObject,
    secretName: string,
    child: string = route.metadata.name,
  ): Promise<readonly [KubernetesObject, KubernetesObject]> {
    const { name } = route.metadata;
    const { namespace } = world;
    const metadata = {
      labels: { [LABEL]: "switchboard" },
      annotations: { "kubernetes.io/ingress.class": world.release.ingressClass },
      ownerReferences: [
        {
          apiVersion: "traefik.io/v1alpha1",
          kind: "IngressRoute",
          name,
          uid: route.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    };
    const dnsNames = [`${name}.example.com`];
    const endpoints = [{ dnsName: dnsNames[0], targets: ["192.0.2.7"], recordType: "A", recordTTL: 300 }];
    return Promise.all([
      create({
        ...CERTIFICATES,
        metadata: { ...metadata, namespace, name: `${child}-tls` },
        spec: { issuerRef, duration: "2160h0m0s", secretName, dnsNames },
      }),
      create({ ...ENDPOINTS, metadata: { ...metadata, namespace, name: child }, spec: { endpoints } }),
    ]);
  }

  /** Creates as field manager `switchboard`, as a client of its own would. */
  async function create(object: Manifest): Promise<KubernetesObject> {
    const { apiVersion, kind, metadata } = object;
    const path = await world.admin.resolver.path({ apiVersion, kind, namespace: metadata.namespace });
    const body = await world.admin.client.json({
      method: "POST",
      path: `${path}?fieldManager=switchboard`,
      body: object,
    });
    return body as KubernetesObject;
  }

  const certificate = (name: string) =>
    mustGet(world.admin, { ...CERTIFICATES, namespace: world.namespace, name });
  const endpoint = (name: string) => mustGet(world.admin, { ...ENDPOINTS, namespace: world.namespace, name });
  const isOurs = ({ metadata }: KubernetesObject) =>
    metadata.labels?.[LABEL] === "Traefik-cert-rotater" &&
    metadata.annotations?.["traefik-cert-rotater.io/instance"] === world.release.instance;
  const generation = ({ metadata }: KubernetesObject) => (metadata as { generation?: number }).generation;

  for (const way of ["an event", "a resync"] as const) {
    test(`Switchboard's children, at ${way}: uid, name and spec stay, so nothing is issued again`, async () => {
      const { admin, cluster, namespace } = world;
      const name = way === "an event" ? "by-event" : "by-resync";
      const route = await admin.apply(world.route({ name, secretName: `${name}-secret` }));
      const [before, dns] = await switchboardsChildren(route, `${name}-secret`);
      const mark = await cluster.auditLog.mark();
      if (way === "an event") await world.sendEvent("update", ROUTES, name);
      else await world.app.send(resyncEvent({ namespace }));
      const [now, nowDns] = [await certificate(`${name}-tls`), await endpoint(name)];
      assert.deepEqual(
        [now.metadata.uid, now.spec, generation(now)],
        [before.metadata.uid, before.spec, generation(before)],
      );
      assert.deepEqual(
        [nowDns.metadata.uid, nowDns.spec, generation(nowDns)],
        [dns.metadata.uid, dns.spec, generation(dns)],
      );
      assert.ok(isOurs(now) && isOurs(nowDns));
      const writes = (await world.writes(mark)).filter((line) => !line.includes(" events "));
      const refused = (await world.requests(mark)).filter(
        ({ verb, code }) => verb === "delete" || code >= 500,
      );
      assert.deepEqual(refused, []);
      assert.deepEqual(writes, [
        // Once for the ownership of fields, once for the fields.
        `patch certificates ${namespace}/${name}-tls`,
        `patch certificates ${namespace}/${name}-tls`,
        `patch dnsendpoints ${namespace}/${name}`,
        `patch dnsendpoints ${namespace}/${name}`,
      ]);
      const again = await cluster.auditLog.mark();
      await world.sendEvent("update", ROUTES, name);
      await world.app.send(resyncEvent({ namespace }));
      assert.deepEqual(await world.writes(again), []);
    });
  }

  test("adopted children follow their route from then on, to the end", async () => {
    const { admin, namespace } = world;
    const { uid } = (await certificate("by-event-tls")).metadata;
    const hosts = "Host(`b.example.com`) || Host(`a.example.com`)";
    await admin.apply(world.route({ name: "by-event", secretName: "by-event-secret", match: hosts }));
    await world.sendEvent("update", ROUTES, "by-event");
    const edited = await certificate("by-event-tls");
    assert.equal(inShort(edited), "by-event-tls by-event-secret [a.example.com b.example.com] [by-event*]");
    assert.equal(edited.metadata.uid, uid);
    assert.deepEqual(await records(admin, namespace, "by-event"), [
      "a.example.com A 192.0.2.7",
      "b.example.com A 192.0.2.7",
    ]);
    await admin.delete({ ...ROUTES, namespace, name: "by-event" });
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "by-event-tls" }, (object) => object === null);
    await admin.waitFor({ ...ENDPOINTS, namespace, name: "by-event" }, (object) => object === null);
  });

  test("Switchboard's children of another route are not this one's", async () => {
    const { admin, cluster, namespace } = world;
    const other = await admin.apply(world.route({ name: "other-route", ingressClass: "of-nobody" }));
    await switchboardsChildren(other, "mine-secret", "mine");
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "mine", secretName: "mine-secret" }));
    await world.sendEvent("add", ROUTES, "mine");
    const writes = (await world.writes(mark)).filter((line) => !line.includes(" events "));
    assert.deepEqual(writes, []);
    assert.deepEqual(await warningsOn(admin, namespace, "mine"), ["NotOurs", "NotOurs"]);
  });

  test("a Certificate made by hand is matched by its Secret and keeps its own name", async () => {
    const { admin, namespace } = world;
    const before = await admin.create({
      ...CERTIFICATES,
      metadata: { namespace, name: "by-hand", annotations: ADOPT },
      spec: {
        secretName: "hand-secret",
        dnsNames: ["hand.example.com"],
        issuerRef,
        privateKey: { size: 4096 },
      },
    });
    await admin.apply(world.route({ name: "hand", secretName: "hand-secret" }));
    await world.sendEvent("add", ROUTES, "hand");
    const now = await certificate("by-hand");
    assert.equal(inShort(now), "by-hand hand-secret [hand.example.com] [hand*]");
    assert.equal(now.metadata.uid, before.metadata.uid);
    // What its maker set and nobody here has an opinion on stays: a changed key would be issued again.
    assert.deepEqual((now.spec as { privateKey?: unknown }).privateKey, { size: 4096 });
    assert.equal(await admin.get({ ...CERTIFICATES, namespace, name: "hand-tls" }), null);
    await admin.apply(world.route({ name: "hand", secretName: "hand-secret", host: "moved.example.com" }));
    await world.sendEvent("update", ROUTES, "hand");
    assert.equal(inShort(await certificate("by-hand")), "by-hand hand-secret [moved.example.com] [hand*]");
    const mark = await world.cluster.auditLog.mark();
    await world.sendEvent("update", ROUTES, "hand");
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await world.writes(mark), []);
  });

  test("and comes back under that name's successor when somebody deletes it", async () => {
    const { admin, namespace } = world;
    await admin.delete({ ...CERTIFICATES, namespace, name: "by-hand" });
    await world.sendEvent("delete", CERTIFICATES, "by-hand");
    assert.equal(inShort(await certificate("hand-tls")), "hand-tls hand-secret [moved.example.com] [hand*]");
  });

  test("a DNSEndpoint made by hand is matched by its name", async () => {
    const { admin, namespace } = world;
    const before = await admin.create({
      ...ENDPOINTS,
      metadata: { namespace, name: "zone", annotations: ADOPT, labels: { team: "shop" } },
      spec: { endpoints: [{ dnsName: "old.example.com", recordType: "A", targets: ["192.0.2.1"] }] },
    });
    await admin.apply(world.route({ name: "zone" }));
    await world.sendEvent("add", ROUTES, "zone");
    const now = await endpoint("zone");
    assert.equal(now.metadata.uid, before.metadata.uid);
    assert.equal(now.metadata.labels?.team, "shop");
    assert.deepEqual(await records(admin, namespace, "zone"), ["zone.example.com A 192.0.2.7"]);
  });

  test("what another controller looks after is not adopted, whatever its annotation says", async () => {
    const { admin, cluster, namespace } = world;
    const owner = await admin.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: "boss" },
    });
    const reference = {
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "boss",
      uid: owner.metadata.uid,
      controller: true,
    };
    await admin.create({
      ...CERTIFICATES,
      metadata: { namespace, name: "bossy-tls", annotations: ADOPT, ownerReferences: [reference] },
      spec: { secretName: "bossy-secret", dnsNames: ["bossy.example.com"], issuerRef },
    });
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "bossy" }));
    await world.sendEvent("add", ROUTES, "bossy");
    const writes = (await world.writes(mark)).filter((line) => line.includes(" certificates "));
    assert.deepEqual(writes, []);
    assert.deepEqual(await warningsOn(admin, namespace, "bossy"), ["NotOurs"]);
  });

  test("nor another installation's child", async () => {
    const { admin, cluster, namespace } = world;
    const annotations = { ...ADOPT, "traefik-cert-rotater.io/instance": "elsewhere/tcr" };
    const metadata = {
      namespace,
      name: "theirs-tls",
      annotations,
      labels: { [LABEL]: "Traefik-cert-rotater" },
    };
    const spec = { secretName: "theirs-secret", dnsNames: ["theirs.example.com"], issuerRef };
    await admin.create({ ...CERTIFICATES, metadata, spec });
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "theirs" }));
    await world.sendEvent("add", ROUTES, "theirs");
    await world.app.send(resyncEvent({ namespace }));
    const writes = (await world.writes(mark)).filter((line) => line.includes(" certificates "));
    assert.deepEqual(writes, []);
    assert.deepEqual(await warningsOn(admin, namespace, "theirs"), ["NotOurs"]);
  });

  for (const [title, change] of [
    ["that a restore has left without owners", { ownerReferences: null }],
    [
      "of an installation that was moved",
      { annotations: { "traefik-cert-rotater.io/instance": "before/tcr" } },
    ],
  ] as const) {
    test(`children ${title} are taken back by what the Events advise`, async () => {
      const { admin, namespace } = world;
      const name = `back-${Object.keys(change)[0]?.toLowerCase()}`;
      await admin.apply(world.route({ name, secretName: name }));
      await admin.apply(world.route({ name: `${name}-2`, secretName: name }));
      for (const route of [name, `${name}-2`]) await world.sendEvent("add", ROUTES, route);
      const before = await certificate(`${name}-tls`);
      const children = [
        { ...CERTIFICATES, namespace, name: `${name}-tls` },
        { ...ENDPOINTS, namespace, name },
        { ...ENDPOINTS, namespace, name: `${name}-2` },
      ];
      for (const child of children) await admin.patch(child, { metadata: change });
      await world.app.send(resyncEvent({ namespace }));
      const advice = (await eventsOn(admin, namespace, name)).flatMap(
        ({ note }) => / -p '(.*)'/.exec(note)?.[1] ?? [],
      );
      assert.equal(advice.length, 2);
      for (const patch of advice) assert.deepEqual(JSON.parse(patch), JSON.parse(advice[0] ?? ""));
      for (const child of children) await admin.patch(child, JSON.parse(advice[0] ?? ""));
      await world.app.send(resyncEvent({ namespace }));
      const now = await certificate(`${name}-tls`);
      assert.equal(inShort(now), inShort(before));
      assert.equal(now.metadata.uid, before.metadata.uid);
      const mark = await world.cluster.auditLog.mark();
      await world.app.send(resyncEvent({ namespace }));
      assert.deepEqual(await world.writes(mark), []);
    });
  }

  test("without a word from its maker nothing is adopted", async () => {
    const { admin, namespace } = world;
    const spec = { secretName: "silent-secret", dnsNames: ["silent.example.com"], issuerRef };
    const annotations = { "traefik-cert-rotater.io/adopt": "yes" };
    const before = await admin.create({
      ...CERTIFICATES,
      metadata: { namespace, name: "silent-tls", annotations },
      spec,
    });
    await admin.apply(world.route({ name: "silent" }));
    await world.sendEvent("add", ROUTES, "silent");
    assert.deepEqual(await certificate("silent-tls"), before);
  });

  test("several routes share an adopted Certificate", async () => {
    const { admin } = world;
    const route = await admin.apply(world.route({ name: "many-1", secretName: "many" }));
    const [before] = await switchboardsChildren(route, "many");
    await admin.apply(world.route({ name: "many-2", secretName: "many" }));
    await world.sendEvent("add", ROUTES, "many-2");
    const now = await certificate("many-1-tls");
    assert.equal(inShort(now), "many-1-tls many [many-1.example.com many-2.example.com] [many-1* many-2]");
    assert.equal(now.metadata.uid, before.metadata.uid);
  });

  test("a field that leaves the template leaves an adopted object too", async () => {
    const duration = async () =>
      ((await certificate("by-resync-tls")).spec as { duration?: string }).duration;
    assert.equal(await duration(), "2160h0m0s");
    const certManager = { certificateTemplate: { spec: { issuerRef } } };
    await world.release.upgrade({ integrations: { ...values.integrations, certManager } });
    const upgraded = await startFunction(world.cluster, world.release);
    await upgraded.send(resyncEvent({ namespace: world.namespace }));
    await upgraded.stop();
    assert.equal(await duration(), undefined);
  });
});
