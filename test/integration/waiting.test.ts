import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, dnsNames, ENDPOINTS, mustGet, ROUTES, records, SERVICES } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

suite("waitForCertificate: a host is published once its Certificate is ready", () => {
  let world: World;
  let traefik: string;

  before(async () => {
    const cluster = await sharedControlPlane();
    traefik = await cluster.admin.createNamespace("traefik");
    const externalDNS = { targetService: { namespace: traefik, name: "traefik" }, waitForCertificate: true };
    world = await startWorld(cluster, { values: { integrations: { externalDNS } } });
    await service(["203.0.113.7"]);
  });
  after(() => world.stop());

  const service = (externalIPs: readonly string[]) =>
    world.admin.apply({
      ...SERVICES,
      metadata: { namespace: traefik, name: "traefik", labels: { "app.kubernetes.io/name": "traefik" } },
      spec: { ports: [{ port: 80 }], externalIPs },
    });
  /** What cert-manager writes; `status` is that of the condition Ready. */
  async function certify(name: string, status: "True" | "False"): Promise<void> {
    const { admin, namespace } = world;
    const certificate = { ...CERTIFICATES, namespace, name };
    const { generation } = (await mustGet(admin, certificate)).metadata as { generation?: number };
    const condition = {
      type: "Ready",
      status,
      observedGeneration: generation,
      reason: "Test",
      message: "",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    };
    await admin.patch(certificate, { status: { conditions: [condition] } }, { subresource: "status" });
  }
  const published = (name: string) => records(world.admin, world.namespace, name);

  test("the Certificate's own event, and nothing else, brings the records", async () => {
    const { admin, namespace } = world;
    const sources = await world.listen();
    await sources.during(`${namespace}/ingressroutes/web`, () => admin.apply(world.route({ name: "web" })));
    assert.deepEqual(await dnsNames(admin, namespace, "web-tls"), ["web.example.com"]);
    assert.equal(await published("web"), null);
    await sources.during(`${namespace}/certificates/web-tls`, () => certify("web-tls", "False"));
    assert.equal(await published("web"), null);
    await sources.during(`${namespace}/certificates/web-tls`, () => certify("web-tls", "True"));
    assert.deepEqual(await published("web"), ["web.example.com A 203.0.113.7"]);
    await sources.stop();
  });

  test("a resync neither publishes too early nor forgets", async () => {
    const { admin, namespace } = world;
    const resync = () => world.app.send(resyncEvent({ namespace }));
    await admin.apply(world.route({ name: "slow" }));
    await resync();
    await resync();
    assert.deepEqual(await dnsNames(admin, namespace, "slow-tls"), ["slow.example.com"]);
    assert.equal(await published("slow"), null);
    await certify("slow-tls", "True");
    await resync();
    assert.deepEqual(await published("slow"), ["slow.example.com A 203.0.113.7"]);
  });

  test("a host that is added waits for the new certificate; what is published stays", async () => {
    const { admin } = world;
    const match = "Host(`web.example.com`) || Host(`more.example.com`)";
    await admin.apply(world.route({ name: "web", match }));
    await world.sendEvent("update", ROUTES, "web");
    assert.deepEqual(await published("web"), ["web.example.com A 203.0.113.7"]);
  });

  test("a new address reaches what is published, and publishes nothing too early", async () => {
    const { namespace } = world;
    const sources = await world.listen();
    await sources.during(`${traefik}/services/traefik`, () => service(["203.0.113.8"]));
    assert.deepEqual(await published("web"), ["web.example.com A 203.0.113.8"]);
    assert.deepEqual(await published("slow"), ["slow.example.com A 203.0.113.8"]);
    await sources.during(`${namespace}/certificates/web-tls`, () => certify("web-tls", "True"));
    assert.deepEqual(await published("web"), [
      "more.example.com A 203.0.113.8",
      "web.example.com A 203.0.113.8",
    ]);
    await sources.stop();
  });

  test("an address that appears publishes what is certified already", async () => {
    const { admin, namespace } = world;
    await admin.delete({ ...SERVICES, namespace: traefik, name: "traefik" });
    await admin.apply(world.route({ name: "early" }));
    await world.sendEvent("add", ROUTES, "early");
    await certify("early-tls", "True");
    await world.sendEvent("update", CERTIFICATES, "early-tls");
    assert.equal(await published("early"), null);
    const sources = await world.listen();
    await sources.during(`${traefik}/services/traefik`, () => service(["203.0.113.9"]));
    assert.deepEqual(await published("early"), ["early.example.com A 203.0.113.9"]);
    await sources.stop();
    assert.equal(namespace, world.namespace);
  });

  test("a certificate that is renewed or fails later takes nothing away", async () => {
    await certify("web-tls", "False");
    await world.sendEvent("update", CERTIFICATES, "web-tls");
    await world.app.send(resyncEvent({ namespace: world.namespace }));
    assert.deepEqual(await published("web"), [
      "more.example.com A 203.0.113.9",
      "web.example.com A 203.0.113.9",
    ]);
  });

  test("a route without a Certificate, or that opts out of it, waits for nothing", async () => {
    const { admin } = world;
    await admin.apply(world.route({ name: "plain", secretName: null }));
    await world.sendEvent("add", ROUTES, "plain");
    assert.deepEqual(await published("plain"), ["plain.example.com A 203.0.113.9"]);
    const annotations = { "traefik-cert-rotater.io/ignore": "cert-manager" };
    await admin.apply(world.route({ name: "own-cert", annotations }));
    await world.sendEvent("add", ROUTES, "own-cert");
    assert.deepEqual(await published("own-cert"), ["own-cert.example.com A 203.0.113.9"]);
  });

  test("a member of a shared Certificate waits for that one", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "first", secretName: "shared" }));
    await world.sendEvent("add", ROUTES, "first");
    await certify("first-tls", "True");
    await world.sendEvent("update", CERTIFICATES, "first-tls");
    assert.notEqual(await published("first"), null);
    await admin.apply(world.route({ name: "second", secretName: "shared" }));
    await world.sendEvent("add", ROUTES, "second");
    assert.equal(await published("second"), null);
    const sources = await world.listen();
    await sources.during(`${namespace}/certificates/first-tls`, () => certify("first-tls", "True"));
    await sources.stop();
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await published("second"), ["second.example.com A 203.0.113.9"]);
    assert.equal(await admin.get({ ...ENDPOINTS, namespace, name: "second-tls" }), null);
  });
});
