/**
 * Many routes at once: nothing is ordered or written twice. Then nothing happens, and nothing is ordered or written at all.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { resyncEvent } from "../integration/harness/cloud-events.ts";
import { until } from "../integration/harness/until.ts";
import { renew } from "./harness/renew.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

const ROUTES = 100;
const RESYNCS = 200;
const names = Array.from({ length: ROUTES }, (_, index) => `many-${String(index).padStart(3, "0")}`);
const hosts = names.map((name) => `${name}.example.com`);

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld();
});
after(() => world?.stop());

test("100 routes at once: each certificate is ordered once, each record written once", async () => {
  const { admin, namespace, parties, cluster } = world;
  const mark = await cluster.auditLog.mark();
  const watch = startStopwatch("100 routes at once");
  await Promise.all(names.map((name) => admin.apply(servedRoute({ namespace, name }))));
  watch.lap("all are applied");
  await Promise.all([
    certified().then(() => watch.lap("all certificates are issued")),
    answered().then(() => watch.lap("the DNS server answers all")),
  ]);
  for (const host of [hosts[0], hosts.at(-1)] as string[]) await world.validEverywhere(host);
  watch.lap("HTTPS is valid at both replicas");
  const children = (await world.writes(mark)).filter((write) => /certificates|dnsendpoints/.test(write));
  assert.equal(children.length, 2 * ROUTES, "each child is written once");
  const orders = await admin.list({ apiVersion: "acme.cert-manager.io/v1", kind: "Order", namespace });
  const ordered = orders.flatMap(({ spec }) => (spec as { dnsNames: string[] }).dnsNames);
  assert.deepEqual(ordered.sort(), hosts);
  // cert-manager may send an order again before it has seen that it did: still one Order, and one certificate.
  const sent = parties.acme.front.orders.map((sentNames) => sentNames.join(" "));
  watch.lap(`${orders.length} Orders, sent ${sent.length} times`);
  assert.deepEqual([...new Set(sent)].sort(), hosts);
  assert.deepEqual(
    [...(await parties.externalDns.changes())].sort(),
    hosts.map((host) => `+A ${host}`),
  );
});

async function certified(): Promise<void> {
  for (const [index, name] of names.entries())
    await world.certified(`${name}-tls`, [hosts[index] ?? ""], 300_000);
}

async function answered(): Promise<void> {
  const { dns } = world.parties;
  for (const host of hosts)
    await until(`A of ${host}`, async () => (await dns.records(host, "A"))[0] === ADDRESS, 300_000);
}

test("200 resyncs and a renewal: no write of ours, no order but that of the renewal, no change in DNS", async () => {
  const { app, admin, namespace, parties, cluster } = world;
  await app.idle();
  const mark = await cluster.auditLog.mark();
  const [orders, changes] = [parties.acme.front.orders.length, (await parties.externalDns.changes()).length];
  const watch = startStopwatch("200 resyncs");
  for (let round = 0; round < RESYNCS; round++) {
    if (round === RESYNCS / 2) await renew(admin, { namespace, name: `${names[0]}-tls` });
    const { status } = await app.send(resyncEvent());
    assert.equal(status, 204);
  }
  watch.lap("done, with a renewal in between");
  await app.idle();
  assert.deepEqual(await world.writes(mark), []);
  assert.deepEqual(parties.acme.front.orders.slice(orders), [[hosts[0]]]);
  assert.equal((await parties.externalDns.changes()).length, changes);
});
