/**
 * Where DNS points: addresses of both families, a name, and a Service whose address changes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, ADDRESS_V6, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld({ programs: ["knot", "external-dns"] });
});
after(() => world?.stop());

/** A route without a certificate. */
const plain = (name: string, annotations: Readonly<Record<string, string>> = {}) =>
  servedRoute({ namespace: world.namespace, name, secretName: null, annotations });

test("a Service with addresses of both families gives A and AAAA records", async () => {
  await world.setAddresses(ADDRESS, ADDRESS_V6);
  const watch = startStopwatch("IPv4 and IPv6");
  await world.admin.apply(plain("dual"));
  await world.answered("dual.example.com", "A", [ADDRESS]);
  await world.answered("dual.example.com", "AAAA", [ADDRESS_V6]);
  watch.lap("the DNS server answers A and AAAA");
  await world.setAddresses(ADDRESS);
  await world.answered("dual.example.com", "AAAA", []);
  watch.lap("the Service has no IPv6 address any more, and neither has DNS");
});

test("a target that is a name gives a CNAME record, and without it there are addresses again", async () => {
  const watch = startStopwatch("a CNAME target");
  const annotations = { "traefik-cert-rotater.io/target": "lb.example.net" };
  await world.admin.apply(plain("alias", annotations));
  await world.answered("alias.example.com", "CNAME", ["lb.example.net"]);
  watch.lap("the DNS server answers the CNAME");
  await world.admin.apply(plain("alias"));
  await world.answered("alias.example.com", "A", [ADDRESS]);
  watch.lap("the annotation is gone: the DNS server answers A");
});

test("every record follows the address of the target Service", async () => {
  const names = ["move-0", "move-1", "move-2"];
  for (const name of names) await world.admin.apply(plain(name));
  for (const name of names) await world.answered(`${name}.example.com`, "A", [ADDRESS]);
  const watch = startStopwatch("the target Service changes its address");
  await world.setAddresses("203.0.113.99");
  for (const name of names) await world.answered(`${name}.example.com`, "A", ["203.0.113.99"]);
  watch.lap("the DNS server answers the new address for all");
  await world.setAddresses(ADDRESS);
  for (const name of names) await world.answered(`${name}.example.com`, "A", [ADDRESS]);
});

test("a Service without an address keeps its records, and a problem says so", async () => {
  const { admin, app, namespace } = world;
  await admin.apply(plain("pending"));
  await world.answered("pending.example.com", "A", [ADDRESS]);
  await world.setAddresses();
  await admin.apply(plain("pending", { "example.com/touched": "yes" }));
  await world.sources.caughtUp({
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    namespace,
    name: "pending",
  });
  assert.ok(app.logs.some((line) => JSON.stringify(line).includes("TargetPending")));
  await world.answered("pending.example.com", "A", [ADDRESS]);
  await world.setAddresses(ADDRESS);
});
