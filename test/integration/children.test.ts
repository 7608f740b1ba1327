import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Delivery } from "../api-server-source/deliver.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import {
  CERTIFICATES,
  dnsNames,
  ENDPOINTS,
  eventsOn,
  ingressRouteTcp,
  mustGet,
  namesOf,
  ROUTES,
  records,
  TCP_ROUTES,
} from "./harness/objects.ts";
import type { RunningSources } from "./harness/running-sources.ts";
import { startWorld, type World } from "./harness/world.ts";

const target = "192.0.2.7";

suite("events of a source", () => {
  let world: World;
  let sources: RunningSources;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), {
      values: { integrations: { externalDNS: { targetIPs: [target] } } },
    });
    sources = await world.listen();
  });
  after(() => world.stop());

  /** The event about an object, answered: whatever it made the function do is done. */
  function answered(verb: string, plural: string, name: string, from = 0): Promise<Delivery> {
    const subject = `/namespaces/${world.namespace}/${plural}/${name}`;
    let seen = 0;
    return sources.delivery(
      (delivery) => delivery.type.endsWith(`.${verb}`) && delivery.subject.endsWith(subject) && ++seen > from,
    );
  }

  test("a new route gets its children, and their own events change nothing", async () => {
    const { admin, cluster, namespace } = world;
    const mark = await cluster.auditLog.mark();
    await admin.apply(world.route({ name: "new" }));
    const deliveries = await Promise.all([
      answered("add", "ingressroutes", "new"),
      answered("add", "certificates", "new-tls"),
      answered("add", "dnsendpoints", "new"),
    ]);
    assert.deepEqual(
      deliveries.map(({ statuses }) => statuses),
      [[204], [204], [204]],
    );
    assert.deepEqual(await dnsNames(admin, namespace, "new-tls"), ["new.example.com"]);
    assert.deepEqual(await records(admin, namespace, "new"), [`new.example.com A ${target}`]);
    const [reported, ...children] = (await world.writes(mark)).map((line) =>
      line.replace(/\.[0-9a-f]{16}$/, ""),
    );
    assert.equal(reported, `create events ${namespace}/new`);
    assert.deepEqual(children, [
      `patch certificates ${namespace}/new-tls`,
      `patch dnsendpoints ${namespace}/new`,
    ]);
  });

  test("one Normal Event says what was made", async () => {
    const [event, ...others] = await eventsOn(world.admin, world.namespace, "new");
    assert.deepEqual(others, []);
    assert.deepEqual(
      [event?.type, event?.reason, event?.note, event?.regarding.kind],
      ["Normal", "Created", "Created Certificate new-tls, created DNSEndpoint new", "IngressRoute"],
    );
  });

  test("an edit of the route reaches both children", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "edit" }));
    await answered("add", "ingressroutes", "edit");
    await admin.apply(world.route({ name: "edit", match: "Host(`b.example.com`) || Host(`a.example.com`)" }));
    await answered("update", "ingressroutes", "edit");
    assert.deepEqual(await dnsNames(admin, namespace, "edit-tls"), ["a.example.com", "b.example.com"]);
    assert.deepEqual(await records(admin, namespace, "edit"), [
      `a.example.com A ${target}`,
      `b.example.com A ${target}`,
    ]);
  });

  for (const [plural, kind, name] of [
    ["certificates", CERTIFICATES, "deleted-tls"],
    ["dnsendpoints", ENDPOINTS, "deleted"],
  ] as const) {
    test(`a ${kind.kind} that somebody deletes comes back through its own event`, async () => {
      const { admin, namespace } = world;
      await admin.apply(world.route({ name: "deleted" }));
      await answered("add", "ingressroutes", "deleted");
      const { spec, metadata } = await mustGet(admin, { ...kind, namespace, name });
      await admin.delete({ ...kind, namespace, name });
      await answered("delete", plural, name);
      const anew = await mustGet(admin, { ...kind, namespace, name });
      assert.notEqual(anew.metadata.uid, metadata.uid);
      assert.deepEqual(anew.spec, spec);
    });
  }

  test("children that somebody edits come back through their own events", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "edited" }));
    await answered("add", "ingressroutes", "edited");
    const certificate = { ...CERTIFICATES, namespace, name: "edited-tls" };
    const endpoint = { ...ENDPOINTS, namespace, name: "edited" };
    const before = await Promise.all([mustGet(admin, certificate), mustGet(admin, endpoint)]);
    await admin.patch(certificate, { spec: { dnsNames: ["evil.example.net"], secretName: "other" } });
    await admin.patch(endpoint, { spec: { endpoints: [] } });
    await Promise.all([
      answered("update", "certificates", "edited-tls"),
      answered("update", "dnsendpoints", "edited"),
    ]);
    const now = await Promise.all([mustGet(admin, certificate), mustGet(admin, endpoint)]);
    assert.deepEqual(
      now.map(({ spec }) => spec),
      before.map(({ spec }) => spec),
    );
  });

  test("what others add to a child stays, and causes no write", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply(world.route({ name: "extended" }));
    await answered("add", "ingressroutes", "extended");
    const certificate = { ...CERTIFICATES, namespace, name: "extended-tls" };
    const mark = await cluster.auditLog.mark();
    await admin.patch(certificate, {
      metadata: { labels: { team: "shop" } },
      spec: { revisionHistoryLimit: 3 },
    });
    await answered("update", "certificates", "extended-tls");
    const { metadata, spec } = await mustGet(admin, certificate);
    assert.equal(metadata.labels?.team, "shop");
    assert.equal((spec as { revisionHistoryLimit?: number }).revisionHistoryLimit, 3);
    assert.deepEqual(await world.writes(mark), []);
  });

  test("without tls the Certificate goes and DNS stays", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "plain" }));
    await answered("add", "ingressroutes", "plain");
    const { uid } = (await mustGet(admin, { ...ENDPOINTS, namespace, name: "plain" })).metadata;
    await admin.apply(world.route({ name: "plain", secretName: null }));
    await answered("update", "ingressroutes", "plain");
    assert.equal(await admin.get({ ...CERTIFICATES, namespace, name: "plain-tls" }), null);
    assert.equal((await mustGet(admin, { ...ENDPOINTS, namespace, name: "plain" })).metadata.uid, uid);
  });

  test("a route that loses its last host loses both children", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "hostless" }));
    await answered("add", "ingressroutes", "hostless");
    await admin.apply(world.route({ name: "hostless", match: "PathPrefix(`/`)" }));
    await answered("update", "ingressroutes", "hostless");
    assert.equal(await admin.get({ ...CERTIFICATES, namespace, name: "hostless-tls" }), null);
    assert.equal(await admin.get({ ...ENDPOINTS, namespace, name: "hostless" }), null);
  });

  test("a rule with nonsense in it is reported and takes no name away", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "nonsense" }));
    await answered("add", "ingressroutes", "nonsense");
    await admin.apply(world.route({ name: "nonsense", match: "Host(`nonsense.example.com`) && Foo(`x`)" }));
    await answered("update", "ingressroutes", "nonsense");
    assert.deepEqual(await dnsNames(admin, namespace, "nonsense-tls"), ["nonsense.example.com"]);
    assert.deepEqual(await records(admin, namespace, "nonsense"), [`nonsense.example.com A ${target}`]);
    const [warning] = (await eventsOn(admin, namespace, "nonsense")).filter(({ type }) => type === "Warning");
    assert.equal(warning?.reason, "InvalidRule");
    assert.match(warning?.note ?? "", /^spec\.routes\[0\]\.match: .*unknown matcher "Foo"/);
  });

  test("a route that becomes another's child keeps what it had, at events and at a resync", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply(world.route({ name: "layered" }));
    await answered("add", "ingressroutes", "layered");
    const mark = await cluster.auditLog.mark();
    const route = world.route({ name: "layered", secretName: null, match: "PathPrefix(`/a`)" });
    await admin.apply({ ...route, spec: { ...(route.spec as object), parentRefs: [{ name: "new" }] } });
    await answered("update", "ingressroutes", "layered");
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "layered-tls"), ["layered.example.com"]);
    assert.deepEqual(await records(admin, namespace, "layered"), [`layered.example.com A ${target}`]);
    assert.deepEqual(
      (await world.writes(mark)).filter((line) => line.includes("layered")),
      [],
    );
  });

  test("an HTTP and a TCP route of one name have children of their own", async () => {
    const { admin, namespace, release } = world;
    const both = { namespace, name: "twin", ingressClass: release.ingressClass };
    await admin.apply(world.route({ name: "twin", secretName: "twin-http" }));
    await admin.apply(ingressRouteTcp({ ...both, host: "tcp.example.com", secretName: "twin-tcp" }));
    await Promise.all([
      answered("add", "ingressroutes", "twin"),
      answered("add", "ingressroutetcps", "twin"),
    ]);
    const isTwin = (name: string) => name.startsWith("twin");
    assert.deepEqual((await namesOf(admin, { ...CERTIFICATES, namespace })).filter(isTwin), [
      "twin-tcp-fe323d62-tls",
      "twin-tls",
    ]);
    assert.deepEqual((await namesOf(admin, { ...ENDPOINTS, namespace })).filter(isTwin), [
      "twin",
      "twin-tcp-fe323d62",
    ]);
    await admin.delete({ ...ENDPOINTS, namespace, name: "twin-tcp-fe323d62" });
    await answered("delete", "dnsendpoints", "twin-tcp-fe323d62");
    assert.deepEqual(await records(admin, namespace, "twin-tcp-fe323d62"), [`tcp.example.com A ${target}`]);
    assert.equal((await admin.get({ ...TCP_ROUTES, namespace, name: "twin" }))?.metadata.name, "twin");
  });

  test("a second look at a converged route writes nothing", async () => {
    const { admin, cluster, namespace } = world;
    await admin.apply(world.route({ name: "calm" }));
    await answered("add", "ingressroutes", "calm");
    const mark = await cluster.auditLog.mark();
    for (const verb of ["add", "update", "delete"] as const) {
      assert.equal(await world.sendEvent(verb, ROUTES, "calm"), 204);
      assert.equal(await world.sendEvent(verb, CERTIFICATES, "calm-tls"), 204);
      assert.equal(await world.sendEvent(verb, ENDPOINTS, "calm"), 204);
    }
    const requests = (await world.requests(mark)).filter((entry) => entry.namespace === namespace);
    assert.deepEqual([...new Set(requests.map(({ verb }) => verb))].sort(), ["get", "list"]);
  });
});
