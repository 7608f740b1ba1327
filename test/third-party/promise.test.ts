/**
 * The promise of the README, as a whole: an IngressRoute is applied, and its host answers valid HTTPS at every replica of
 * Traefik and has its record in DNS, for as long as the route is there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CERTIFICATES, ENDPOINTS, mustGet, ROUTES } from "../integration/harness/objects.ts";
import { keepAsking } from "./harness/https.ts";
import { renew } from "./harness/renew.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld();
});
after(() => world?.stop());

const host = "www.example.com";
const secretOf = (namespace: string) => ({ apiVersion: "v1", kind: "Secret", namespace, name: "www-secret" });

test("every third party is there", () => {
  assert.deepEqual(
    world.parties.missing.map(({ message }) => message),
    [],
  );
});

test("from kubectl apply to valid HTTPS at two replicas, and back", async (t) => {
  const { admin, namespace } = world;
  const watch = startStopwatch("a new route");
  await admin.apply(servedRoute({ namespace, name: "www" }));
  await t.test("the children are made", async () => {
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "www-tls" }, Boolean);
    await admin.waitFor({ ...ENDPOINTS, namespace, name: "www" }, Boolean);
    watch.lap("Certificate and DNSEndpoint are there");
  });
  await Promise.all([
    t.test("the ACME server issues the certificate", async () => {
      await world.certified("www-tls", [host]);
      watch.lap("the certificate is issued");
      assert.deepEqual(world.parties.acme.front.orders, [[host]]);
    }),
    t.test("both replicas answer validly, with the same certificate", async () => {
      const answers = await world.validEverywhere(host);
      watch.lap("HTTPS is valid at both replicas");
      assert.equal(answers.length, 2);
      assert.equal(new Set(answers.map(({ serial }) => serial)).size, 1);
      assert.deepEqual(answers[0]?.names, [host]);
    }),
    t.test("the DNS server has the address of Traefik's Service", async () => {
      await world.answered(host, "A", [ADDRESS]);
      watch.lap("the DNS server answers");
    }),
  ]);
  await t.test("it is renewed without one invalid answer", async () => {
    const { replicas } = world.parties;
    const before = await world.validEverywhere(host);
    const askers = replicas.map((replica) => keepAsking(replica, host, world.rootPem));
    const renewal = startStopwatch("a renewal");
    await renew(admin, { namespace, name: "www-tls" });
    renewal.lap("the new certificate is issued");
    await world.validEverywhere(host, ({ serial }) => serial !== before[0]?.serial);
    renewal.lap("both replicas have it");
    await Promise.all(askers.map((asker) => asker.stop()));
    renewal.lap(`${askers.map((asker) => asker.asked()).join(" and ")} answers in all`);
    for (const { invalid, serials } of askers) {
      assert.deepEqual(invalid, []);
      assert.equal(serials.length, 2);
    }
  });
  await t.test("with the route go its children and its record; its Secret stays", async () => {
    const deletion = startStopwatch("a deletion");
    await admin.delete({ ...ROUTES, namespace, name: "www" });
    await admin.waitFor({ ...CERTIFICATES, namespace, name: "www-tls" }, (object) => object === null);
    await admin.waitFor({ ...ENDPOINTS, namespace, name: "www" }, (object) => object === null);
    deletion.lap("Certificate and DNSEndpoint are gone");
    await world.answered(host, "A", []);
    deletion.lap("the record is gone");
    await mustGet(admin, secretOf(namespace));
  });
  await t.test("made again, the route finds its Secret: there is no further order", async () => {
    const { front } = world.parties.acme;
    const before = front.orders.length;
    const again = startStopwatch("the same route again");
    await admin.apply(servedRoute({ namespace, name: "www" }));
    await world.certified("www-tls", [host]);
    again.lap("the Certificate is ready");
    await world.answered(host, "A", [ADDRESS]);
    again.lap("the DNS server answers");
    await world.validEverywhere(host);
    assert.equal(front.orders.length, before);
  });
});
