/**
 * The guide "From Certificates and DNSEndpoints written by hand", in bulk: objects without a mark of anybody, as
 * people and scripts (`traefik-certmanager`) leave them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { sharedControlPlane } from "../../control-plane/shared.ts";
import { resyncEvent } from "../harness/cloud-events.ts";
import { inShort } from "../harness/members.ts";
import { CERTIFICATES, ENDPOINTS, eventsOn, mustGet, ROUTES, warningsOn } from "../harness/objects.ts";
import { startWorld, type World } from "../harness/world.ts";

const issuerRef = { kind: "ClusterIssuer", name: "letsencrypt" };
const values = {
  integrations: {
    certManager: { adopt: "matching", certificateTemplate: { spec: { issuerRef } } },
    externalDNS: { adopt: "matching", targetIPs: ["192.0.2.7"] },
  },
};

suite("moving in from objects written by hand, with adopt: matching", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values });
  });
  after(() => world.stop());

  function certificate(name: string, dnsNames: readonly string[], more: object = {}, metadata: object = {}) {
    const { admin, namespace } = world;
    const spec = { secretName: `${name}-secret`, dnsNames, issuerRef, ...more };
    return admin.create({
      ...CERTIFICATES,
      metadata: { namespace, name: `${name}-cert`, ...metadata },
      spec,
    });
  }

  function endpoint(name: string, more: object = {}) {
    const { admin, namespace } = world;
    const record = {
      dnsName: `${name}.example.com`,
      recordType: "A",
      recordTTL: 300,
      targets: ["192.0.2.7"],
    };
    const spec = { endpoints: [{ ...record, ...more }] };
    return admin.create({ ...ENDPOINTS, metadata: { namespace, name }, spec });
  }

  const now = ({ apiVersion, kind, metadata: { name } }: KubernetesObject) =>
    mustGet(world.admin, { apiVersion, kind, namespace: world.namespace, name });
  const isOurs = ({ metadata: { labels, annotations } }: KubernetesObject) =>
    labels?.["kubernetes.io/managed-by"] === "Traefik-cert-rotater" &&
    annotations?.["traefik-cert-rotater.io/instance"] === world.release.instance;

  /** Taken over, and the same object with the same content: nothing is issued, no record changes. */
  async function assertTaken(before: KubernetesObject): Promise<void> {
    const after = await now(before);
    assert.ok(isOurs(after), `${before.kind} ${before.metadata.name} is not ours`);
    const kept = ({ metadata: { uid, generation }, spec }: KubernetesObject) => ({ uid, generation, spec });
    assert.deepEqual(kept(after), kept(before));
  }

  async function assertQuiet(): Promise<void> {
    const mark = await world.cluster.auditLog.mark();
    await world.app.send(resyncEvent({ namespace: world.namespace }));
    assert.deepEqual(await world.writes(mark), []);
  }

  for (const way of ["an event", "a resync"] as const) {
    test(`a Certificate and a DNSEndpoint that match, at ${way}`, async () => {
      const { admin, namespace } = world;
      const name = way === "an event" ? "event" : "resync";
      const made = [
        await certificate(name, [`${name}.example.com`], {
          privateKey: { size: 4096 },
          commonName: `${name}.example.com`,
        }),
        await endpoint(name),
      ];
      await admin.apply(world.route({ name }));
      if (way === "an event") assert.equal(await world.sendEvent("add", ROUTES, name), 204);
      else assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
      for (const object of made) await assertTaken(object);
      assert.equal(await admin.get({ ...CERTIFICATES, namespace, name: `${name}-tls` }), null);
      assert.deepEqual(await warningsOn(admin, namespace, name), []);
      await assertQuiet();
    });
  }

  test("one Certificate for several routes, whose names together are those that it has", async () => {
    const { admin } = world;
    const made = await certificate("many", ["one.example.com", "two.example.com"]);
    for (const name of ["one", "two"]) await admin.apply(world.route({ name, secretName: "many-secret" }));
    for (const name of ["two", "one"]) await world.sendEvent("add", ROUTES, name);
    await assertTaken(made);
    const taken = inShort(await now(made));
    assert.equal(taken, "many-cert many-secret [one.example.com two.example.com] [one* two]");
    await assertQuiet();
  });

  test("an adopted object follows its route from then on", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "event", host: "moved.example.com" }));
    await world.sendEvent("update", ROUTES, "event");
    const moved = await mustGet(admin, { ...CERTIFICATES, namespace, name: "event-cert" });
    assert.equal(inShort(moved), "event-cert event-secret [moved.example.com] [event*]");
  });

  const argo = {
    annotations: { "argocd.argoproj.io/tracking-id": "shop:cert-manager.io/Certificate:shop/x" },
  };
  const OTHERS: readonly [name: string, why: RegExp, spec: object, metadata: object][] = [
    [
      "issuer",
      /its issuer is ClusterIssuer other,/,
      { issuerRef: { kind: "ClusterIssuer", name: "other" } },
      {},
    ],
    ["more", /it names more\.example\.org too/, { dnsNames: ["more.example.com", "more.example.org"] }, {}],
    ["others", /it names elsewhere\.example\.com too/, { dnsNames: ["elsewhere.example.com"] }, {}],
    ["argo", /Argo CD would remove it; .*Prune=false first/, {}, argo],
    [
      "tool",
      /switchboard looks after it|belongs to Switchboard/,
      {},
      { labels: { "kubernetes.io/managed-by": "switchboard" } },
    ],
  ];
  for (const [name, why, spec, metadata] of OTHERS) {
    test(`a Certificate that is another is left alone, and the route gets a problem: ${why.source}`, async () => {
      const { admin, namespace } = world;
      const made = await certificate(name, [`${name}.example.com`], spec, metadata);
      await admin.apply(world.route({ name }));
      await world.sendEvent("add", ROUTES, name);
      await world.app.send(resyncEvent({ namespace }));
      assert.deepEqual(await now(made), made);
      const notes = (await eventsOn(admin, namespace, name)).map(({ note }) => note);
      assert.ok(
        notes.some((note) => why.test(note)),
        notes.join("\n"),
      );
    });
  }

  test("what Argo CD has is taken over once it would not prune it", async () => {
    const { admin } = world;
    const target = { ...CERTIFICATES, namespace: world.namespace, name: "argo-cert" };
    await admin.patch(target, {
      metadata: { annotations: { "argocd.argoproj.io/sync-options": "Prune=false" } },
    });
    const released = await mustGet(admin, target);
    await world.sendEvent("update", ROUTES, "argo");
    await assertTaken(released);
  });

  test("two Certificates for one Secret are a contest that is not ours to end", async () => {
    const { admin, namespace } = world;
    const first = await certificate("contest", ["contest.example.com"]);
    const spec = { secretName: "contest-secret", dnsNames: ["contest.example.com"], issuerRef };
    const second = await admin.create({ ...CERTIFICATES, metadata: { namespace, name: "contest-2" }, spec });
    await admin.apply(world.route({ name: "contest" }));
    await world.sendEvent("add", ROUTES, "contest");
    assert.deepEqual([await now(first), await now(second)], [first, second]);
  });

  test("a DNSEndpoint with other records is left alone, and the route gets a problem", async () => {
    const { admin, namespace } = world;
    const made = await endpoint("elsewhere", { targets: ["192.0.2.99"] });
    await admin.apply(world.route({ name: "elsewhere", secretName: null }));
    await world.sendEvent("add", ROUTES, "elsewhere");
    assert.deepEqual(await now(made), made);
    const [event] = await eventsOn(admin, namespace, "elsewhere");
    assert.match(
      event?.note ?? "",
      /its records of elsewhere\.example\.com are others than the route would have/,
    );
  });
});
