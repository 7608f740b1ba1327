import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Manifest } from "../control-plane/admin.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  eventsOn,
  ingressRouteTcp,
  ingressRouteUdp,
  mustGet,
  namesOf,
  records,
  UDP_ROUTES,
} from "./harness/objects.ts";
import type { RunningSources } from "./harness/running-sources.ts";
import { startWorld, type World } from "./harness/world.ts";

const target = "192.0.2.7";
const HOSTNAME = "external-dns.kubernetes.io/hostname";
// The first 8 hex of sha256("IngressRouteUDP/dns").
const CHILD = "dns-udp-cbd45ba5";

suite("IngressRouteUDP", () => {
  let world: World;
  let sources: RunningSources;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), {
      values: { integrations: { externalDNS: { targetIPs: [target] } } },
    });
    sources = await world.listen();
  });
  after(() => world.stop());

  function udpRoute(annotations: Readonly<Record<string, string>>): Manifest {
    const { namespace, release } = world;
    return ingressRouteUdp({ namespace, name: "dns", ingressClass: release.ingressClass, annotations });
  }

  async function reported(verb: string, plural: string, name: string): Promise<void> {
    const subject = `/namespaces/${world.namespace}/${plural}/${name}`;
    const { statuses } = await sources.delivery(
      ({ type, subject: of }) => type.endsWith(`.${verb}`) && of.endsWith(subject),
    );
    assert.deepEqual(statuses, [204]);
  }

  test("with a hostname annotation it gets a DNSEndpoint through its own event, and no Certificate", async () => {
    const { admin, namespace } = world;
    await admin.apply(udpRoute({ [HOSTNAME]: "dns.example.com" }));
    await reported("add", "ingressrouteudps", "dns");
    assert.deepEqual(await records(admin, namespace, CHILD), [`dns.example.com A ${target}`]);
    assert.deepEqual(await namesOf(admin, { ...CERTIFICATES, namespace }), []);
    const route = await mustGet(admin, { ...UDP_ROUTES, namespace, name: "dns" });
    const { metadata } = await mustGet(admin, { ...ENDPOINTS, namespace, name: CHILD });
    assert.deepEqual(metadata.ownerReferences, [
      { ...UDP_ROUTES, name: "dns", uid: route.metadata.uid, controller: true },
    ]);
    assert.deepEqual(
      (await eventsOn(admin, namespace, "dns")).map(({ type, note, regarding }) => [
        type,
        note,
        regarding.kind,
      ]),
      [["Normal", `Created DNSEndpoint ${CHILD}`, "IngressRouteUDP"]],
    );
  });

  test("a namesake of another kind has children of its own", async () => {
    const { admin, namespace, release } = world;
    const { ingressClass } = release;
    await admin.apply(ingressRouteTcp({ namespace, name: "dns", ingressClass, secretName: null }));
    await reported("add", "ingressroutetcps", "dns");
    await admin.apply(world.route({ name: "dns", secretName: null }));
    await reported("add", "ingressroutes", "dns");
    assert.deepEqual(await namesOf(admin, { ...ENDPOINTS, namespace }), ["dns", "dns-tcp-268900d4", CHILD]);
    assert.deepEqual(await records(admin, namespace, CHILD), [`dns.example.com A ${target}`]);
  });

  test("its DNSEndpoint comes back through its own event when somebody deletes it", async () => {
    const { admin, namespace } = world;
    await admin.delete({ ...ENDPOINTS, namespace, name: CHILD });
    await reported("delete", "dnsendpoints", CHILD);
    assert.deepEqual(await records(admin, namespace, CHILD), [`dns.example.com A ${target}`]);
  });

  test("a resync finds nothing to change, and makes what is missing", async () => {
    const { admin, app, cluster, namespace } = world;
    const atRest = await cluster.auditLog.mark();
    assert.equal((await app.send(resyncEvent())).status, 204);
    assert.deepEqual(await world.writes(atRest), []);
    await admin.apply(udpRoute({ [HOSTNAME]: "other.example.com" }));
    assert.equal((await app.send(resyncEvent())).status, 204);
    assert.deepEqual(await records(admin, namespace, CHILD), [`other.example.com A ${target}`]);
  });

  test("without the annotation it has none", async () => {
    const { admin, namespace } = world;
    await admin.delete({ ...UDP_ROUTES, namespace, name: "dns" });
    await admin.apply(udpRoute({}));
    assert.equal(await world.sendEvent("update", UDP_ROUTES, "dns"), 204);
    assert.equal(await records(admin, namespace, CHILD), null);
  });
});
