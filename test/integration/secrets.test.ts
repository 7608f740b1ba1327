import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { certificatesFor } from "./harness/members.ts";
import { CERTIFICATES, dnsNames, eventsOn, ROUTES, records, warningsOn } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const SECRETS = { apiVersion: "v1", kind: "Secret" } as const;
const externalDNS = { targetIPs: ["192.0.2.7"] };

/** Requests of the function about Secrets since the mark: verb, name and status. */
async function secretRequests(world: World, mark: number): Promise<string[]> {
  const requests = (await world.requests(mark)).filter(({ resource }) => resource === "secrets");
  return requests.map(({ verb, name, code }) => `${verb} ${name} ${code}`);
}

/** Whether the function's account may get Secrets. */
async function mayGetSecrets({ admin, release }: World): Promise<boolean> {
  const review = await admin.create({
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: {},
    spec: { user: release.user, resourceAttributes: { verb: "get", group: "", resource: "secrets" } },
  });
  return (review.status as { allowed: boolean }).allowed;
}

suite("existingSecrets: keep", () => {
  let world: World;

  before(async () => {
    const certManager = { existingSecrets: "keep" };
    world = await startWorld(await sharedControlPlane(), {
      values: { integrations: { certManager, externalDNS } },
    });
    const { admin, namespace } = world;
    const data = { "tls.crt": "Ym91Z2h0", "tls.key": "Ym91Z2h0" };
    await admin.create({
      ...SECRETS,
      metadata: { namespace, name: "bought" },
      type: "kubernetes.io/tls",
      data,
    });
    const annotations = { "cert-manager.io/certificate-name": "old-tls" };
    await admin.apply(
      { ...SECRETS, metadata: { namespace, name: "issued", annotations }, data },
      { fieldManager: "cert-manager-certificates-issuing" },
    );
    await admin.create({ ...SECRETS, metadata: { namespace, name: "copied", annotations }, data });
  });
  after(() => world.stop());

  test("the chart grants the right to get Secrets, and no other", async () => {
    assert.equal(await mayGetSecrets(world), true);
  });

  test("no Certificate for a Secret that somebody made; DNS all the same; a problem says so", async () => {
    const { admin, namespace, cluster } = world;
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "shop", secretName: "bought" }));
    assert.equal(await world.sendEvent("add", ROUTES, "shop"), 204);
    assert.equal(await dnsNames(admin, namespace, "shop-tls"), null);
    assert.deepEqual(await records(admin, namespace, "shop"), ["shop.example.com A 192.0.2.7"]);
    assert.deepEqual(await warningsOn(admin, namespace, "shop"), ["SecretExists"]);
    assert.deepEqual(await secretRequests(world, mark), ["get bought 200"]);
    await world.app.send(resyncEvent({ namespace }));
    assert.equal(await dnsNames(admin, namespace, "shop-tls"), null);
  });

  test("nor for a copy with cert-manager's annotations, for no Certificate writes it here", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "copy", secretName: "copied" }));
    await world.sendEvent("add", ROUTES, "copy");
    assert.deepEqual(await certificatesFor(admin, namespace, "copied"), []);
    assert.deepEqual(await warningsOn(admin, namespace, "copy"), ["SecretExists"]);
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await certificatesFor(admin, namespace, "copied"), []);
  });

  test("nor by way of a route that has a Certificate and changes its secretName", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "mover", secretName: "fresh" }));
    await world.sendEvent("add", ROUTES, "mover");
    await admin.apply(world.route({ name: "mover", secretName: "bought" }));
    await world.sendEvent("update", ROUTES, "mover");
    assert.deepEqual(await certificatesFor(admin, namespace, "bought"), []);
    assert.deepEqual(await warningsOn(admin, namespace, "mover"), ["SecretExists"]);
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await certificatesFor(admin, namespace, "bought"), []);
  });

  test("a Secret that cert-manager made, or none, gets its Certificate", async () => {
    const { admin, namespace, cluster } = world;
    const mark = await cluster.auditLog.mark();
    for (const secretName of ["issued", "absent"]) {
      await admin.apply(world.route({ name: secretName, secretName }));
      await world.sendEvent("add", ROUTES, secretName);
      assert.deepEqual(await dnsNames(admin, namespace, `${secretName}-tls`), [`${secretName}.example.com`]);
    }
    assert.deepEqual(await secretRequests(world, mark), ["get issued 200", "get absent 404"]);
  });

  test("what is there already asks for no Secret again", async () => {
    const { admin, cluster } = world;
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "issued", secretName: "issued", host: "edited.example.com" }));
    await world.sendEvent("update", ROUTES, "issued");
    assert.deepEqual(await secretRequests(world, mark), []);
  });

  test("the Secret is deleted: the next resync has one issued", async () => {
    const { admin, namespace } = world;
    await admin.delete({ ...SECRETS, namespace, name: "bought" });
    await world.app.send(resyncEvent({ namespace }));
    const [found, ...others] = await certificatesFor(admin, namespace, "bought");
    assert.deepEqual(others, []);
    assert.match(found ?? "", / bought \[mover\.example\.com shop\.example\.com\] /);
  });
});

suite("existingSecrets: keep, where DNS waits for certificates", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), {
      values: {
        integrations: {
          certManager: { existingSecrets: "keep" },
          externalDNS: { ...externalDNS, waitForCertificate: true },
        },
      },
    });
    await world.admin.create({ ...SECRETS, metadata: { namespace: world.namespace, name: "bought" } });
  });
  after(() => world.stop());

  for (const [how, sendEvent] of [
    ["event", (name: string) => world.sendEvent("add", ROUTES, name)],
    ["resync", () => world.app.send(resyncEvent({ namespace: world.namespace }))],
  ] as const) {
    test(`a host whose Secret is kept is published, by ${how}; one whose Certificate is awaited is not`, async () => {
      const { admin, namespace } = world;
      const [kept, waiting] = [`kept-${how}`, `waiting-${how}`];
      await admin.apply(world.route({ name: kept, secretName: "bought" }));
      await admin.apply(world.route({ name: waiting }));
      for (const name of [kept, waiting]) await sendEvent(name);
      assert.deepEqual(await records(admin, namespace, kept), [`${kept}.example.com A 192.0.2.7`]);
      assert.deepEqual(await warningsOn(admin, namespace, kept), ["SecretExists"]);
      assert.equal(await records(admin, namespace, waiting), null);
      assert.deepEqual(await dnsNames(admin, namespace, `${waiting}-tls`), [`${waiting}.example.com`]);
    });
  }

  test("and a resync after that changes nothing", async () => {
    const { cluster, namespace } = world;
    const mark = await cluster.auditLog.mark();
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await world.writes(mark), []);
  });
});

suite("without it", () => {
  let world: World;

  before(async () => {
    const certManager = { ignoreSecrets: ["wildcard-*", "bought"] };
    world = await startWorld(await sharedControlPlane(), {
      values: { integrations: { certManager, externalDNS } },
    });
  });
  after(() => world.stop());

  test("the function may not read Secrets, and never asks", async () => {
    const { admin, namespace, cluster } = world;
    assert.equal(await mayGetSecrets(world), false);
    const mark = await cluster.auditLog.mark();
    await admin.create({ ...SECRETS, metadata: { namespace, name: "replaced" } });
    await admin.apply(world.route({ name: "replaced", secretName: "replaced" }));
    await world.sendEvent("add", ROUTES, "replaced");
    assert.deepEqual(await dnsNames(admin, namespace, "replaced-tls"), ["replaced.example.com"]);
    assert.deepEqual(await secretRequests(world, mark), []);
  });

  test("ignoreSecrets: such a route gets no Certificate and no Warning, and its DNS", async () => {
    const { admin, namespace } = world;
    for (const [name, secretName] of [
      ["wild", "wildcard-example-com"],
      ["exact", "bought"],
    ] as const) {
      await admin.apply(world.route({ name, secretName }));
      await world.sendEvent("add", ROUTES, name);
      assert.equal(await dnsNames(admin, namespace, `${name}-tls`), null);
      assert.deepEqual(await records(admin, namespace, name), [`${name}.example.com A 192.0.2.7`]);
      assert.deepEqual(
        (await eventsOn(admin, namespace, name)).map(({ note }) => note),
        [`Created DNSEndpoint ${name}`],
      );
    }
    await admin.apply(world.route({ name: "other", secretName: "bought-too" }));
    await world.sendEvent("add", ROUTES, "other");
    assert.deepEqual(await dnsNames(admin, namespace, "other-tls"), ["other.example.com"]);
  });

  test("somebody's own Certificate for such a Secret is not touched", async () => {
    const { admin, namespace } = world;
    const before = await admin.create({
      ...CERTIFICATES,
      metadata: { namespace, name: "wildcard" },
      spec: { secretName: "wildcard-example-com", dnsNames: ["*.example.com"], issuerRef: { name: "dns01" } },
    });
    await world.sendEvent("update", ROUTES, "wild");
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await admin.get({ ...CERTIFICATES, namespace, name: "wildcard" }), before);
  });
});
