/**
 * Hosts that come and go: what certificates and records follow, and how many orders that costs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { CERTIFICATES, ENDPOINTS, mustGet } from "../integration/harness/objects.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
let ordersBefore = 0;
before(async () => {
  world = await startRouteWorld();
});
beforeEach(() => {
  ordersBefore = world.parties.acme.front.orders.length;
});
after(() => world?.stop());

/** The names of the orders of this test, one string for each. */
const orders = () => world.parties.acme.front.orders.slice(ordersBefore).map((names) => names.join(" "));

test("a host that is added costs one new certificate, and one that is removed another", async () => {
  const { admin, namespace } = world;
  const [first, second] = ["one.example.com", "two.example.com"];
  const route = (hosts: readonly string[]) =>
    servedRoute({ namespace, name: "hosts", match: hosts.map((host) => `Host(\`${host}\`)`) });
  await admin.apply(route([first]));
  await world.certified("hosts-tls", [first]);
  await world.validEverywhere(first);
  await world.answered(first, "A", [ADDRESS]);

  const adding = startStopwatch("a host is added");
  await admin.apply(route([first, second]));
  await Promise.all([
    world.validEverywhere(second).then(() => adding.lap("HTTPS is valid at both replicas")),
    world.answered(second, "A", [ADDRESS]).then(() => adding.lap("the DNS server answers")),
  ]);
  await world.certified("hosts-tls", [first, second]);

  const removing = startStopwatch("a host is removed");
  await admin.apply(route([second]));
  await Promise.all([
    world
      .validEverywhere(second, ({ names }) => !names.includes(first))
      .then(() => removing.lap("the certificate is without it at both replicas")),
    world.answered(first, "A", []).then(() => removing.lap("its record is gone")),
  ]);
  await world.certified("hosts-tls", [second]);
  await world.answered(second, "A", [ADDRESS]);
  assert.deepEqual(orders(), [first, `${first} ${second}`, second]);
});

test("a route that opts out loses its children, keeps its Secret, and comes back without an order", async () => {
  const { admin, namespace } = world;
  const host = "optout.example.com";
  const [certificate, endpoint] = [
    { ...CERTIFICATES, namespace, name: "optout-tls" },
    { ...ENDPOINTS, namespace, name: "optout" },
  ];
  await admin.apply(servedRoute({ namespace, name: "optout" }));
  const [{ serial } = { serial: "" }] = await world.validEverywhere(host);
  await world.certified("optout-tls", [host]);
  await world.answered(host, "A", [ADDRESS]);

  const out = startStopwatch("an opt-out");
  const annotations = { "traefik-cert-rotater.io/ignore": "all" };
  await admin.apply(servedRoute({ namespace, name: "optout", annotations }));
  for (const child of [certificate, endpoint]) await admin.waitFor(child, (object) => object === null);
  await world.answered(host, "A", []);
  out.lap("its record is gone");
  await world.validEverywhere(host, (answer) => answer.serial === serial);

  const back = startStopwatch("an opt-out is taken back");
  await admin.apply(servedRoute({ namespace, name: "optout" }));
  await world.certified("optout-tls", [host]);
  back.lap("the Certificate is ready");
  await world.answered(host, "A", [ADDRESS]);
  back.lap("the DNS server answers");
  await world.validEverywhere(host, (answer) => answer.serial === serial);
  assert.deepEqual(orders(), [host]);
});

test("a wildcard and a name that it covers are one order, which Let's Encrypt's rule accepts", async () => {
  const { admin, namespace } = world;
  const watch = startStopwatch("a wildcard and a covered name");
  const match = "Host(`*.shop.example.com`) || Host(`a.shop.example.com`)";
  await admin.apply(servedRoute({ namespace, name: "covered", match }));
  await world.validEverywhere("a.shop.example.com");
  watch.lap("HTTPS is valid for the covered name at both replicas");
  await world.validEverywhere("b.shop.example.com");
  await world.answered("a.shop.example.com", "A", [ADDRESS]);
  // What the DNS server makes of the record "*".
  await world.answered("b.shop.example.com", "A", [ADDRESS]);
  watch.lap("the DNS server answers for both");
  assert.deepEqual(orders(), ["*.shop.example.com"]);
});

test("the front refuses an order as Let's Encrypt does", async () => {
  const { admin, namespace } = world;
  // Made by hand, as a tool would that does not know the rule.
  const dnsNames = ["*.hand.example.com", "a.hand.example.com"];
  const certificate = { ...CERTIFICATES, namespace, name: "by-hand" };
  await admin.apply({
    ...CERTIFICATES,
    metadata: { namespace, name: "by-hand" },
    spec: { secretName: "by-hand", dnsNames, issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" } },
  });
  await admin.waitFor(certificate, (object) =>
    JSON.stringify(object?.status ?? {}).includes("redundant with a wildcard domain"),
  );
  await admin.delete(certificate);
});

test("a wildcard and its apex are two challenges at one name, and one certificate", async () => {
  const { admin, namespace } = world;
  const watch = startStopwatch("a wildcard and its apex");
  const match = "Host(`*.blog.example.com`) || Host(`blog.example.com`)";
  await admin.apply(servedRoute({ namespace, name: "apex", match }));
  for (const host of ["blog.example.com", "x.blog.example.com"]) {
    await world.validEverywhere(host);
    watch.lap(`HTTPS is valid for ${host} at both replicas`);
    await world.answered(host, "A", [ADDRESS]);
  }
  assert.deepEqual(orders(), ["*.blog.example.com blog.example.com"]);
  const { spec } = await mustGet(admin, { ...CERTIFICATES, namespace, name: "apex-tls" });
  assert.deepEqual((spec as { dnsNames: unknown }).dnsNames, ["*.blog.example.com", "blog.example.com"]);
});
