/**
 * Where DNS points: addresses of both families, a name, and a Service whose address changes.
 *
 * @module
 */
import { after, before, test } from "node:test";
import { eventsOn, SERVICES } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, ADDRESS_V6, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld({
    programs: ["knot", "external-dns"],
    values: { integrations: { externalDNS: { pendingLoadBalancer: "wait" } } },
  });
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

test("a Service without an address keeps its records; a new route is told, and published once there is one", async () => {
  const { admin, namespace, sources } = world;
  await admin.apply(plain("kept"));
  await world.answered("kept.example.com", "A", [ADDRESS]);
  await world.setAddresses();
  await sources.caughtUp({ ...SERVICES, namespace: "traefik", name: "traefik" });
  await admin.apply(plain("pending"));
  await until("the route is told", async () =>
    (await eventsOn(admin, namespace, "pending")).some(({ reason }) => reason === "TargetPending"),
  );
  await world.answered("kept.example.com", "A", [ADDRESS]);
  await world.answered("pending.example.com", "A", []);
  const watch = startStopwatch("the target Service gets an address");
  await world.setAddresses(ADDRESS);
  await world.answered("pending.example.com", "A", [ADDRESS]);
  watch.lap("the DNS server answers");
});
