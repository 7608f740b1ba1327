/**
 * Two routes on one Secret: one certificate, and how many orders it costs, with one replica of the function and with two.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startFanOut } from "../integration/harness/fan-out.ts";
import { CERTIFICATES } from "../integration/harness/objects.ts";
import { startFunction } from "../integration/harness/running-function.ts";
import { startSources } from "../integration/harness/running-sources.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld();
});
after(() => world?.stop());

/** Applies two routes on one Secret, one after the other or at once, and returns the orders that this has cost. */
async function share(title: string, name: string, atOnce: boolean): Promise<readonly string[]> {
  const { admin, namespace, parties } = world;
  const before = parties.acme.front.orders.length;
  const [a, b] = ["a", "b"].map((letter) =>
    servedRoute({ namespace, name: `${name}-${letter}`, secretName: `${name}-secret` }),
  ) as [ReturnType<typeof servedRoute>, ReturnType<typeof servedRoute>];
  const watch = startStopwatch(title);
  if (atOnce) await Promise.all([admin.apply(a), admin.apply(b)]);
  else {
    await admin.apply(a);
    await world.validEverywhere(`${name}-a.example.com`);
    watch.lap("the first name is valid at both replicas");
    await admin.apply(b);
  }
  for (const letter of ["a", "b"])
    await world.validEverywhere(`${name}-${letter}.example.com`, ({ names }) => names.length === 2);
  watch.lap("both names are valid at both replicas");
  const certificates = (await admin.list({ ...CERTIFICATES, namespace })).filter(
    ({ spec }) => (spec as { secretName: string }).secretName === `${name}-secret`,
  );
  assert.equal(certificates.length, 1);
  await world.certified(
    certificates[0]?.metadata.name ?? "",
    ["a", "b"].map((letter) => `${name}-${letter}.example.com`),
  );
  const orders = parties.acme.front.orders.slice(before).map((names) => names.join(" "));
  watch.lap(`${orders.length} orders`);
  return orders;
}

test("a second route on the Secret has the certificate issued once more, for both", async () => {
  assert.deepEqual(await share("a second route on one Secret", "later", false), [
    "later-a.example.com",
    "later-a.example.com later-b.example.com",
  ]);
});

test("two routes on one Secret at once cost at most one order more than one", async () => {
  const orders = await share("two routes on one Secret at once", "once", true);
  assert.ok(orders.length <= 2, orders.join("; "));
  assert.ok(orders.includes("once-a.example.com once-b.example.com"), orders.join("; "));
});

test("with two replicas of the function too", async (t) => {
  const { cluster, release, app, sources } = world;
  // From now on each replica gets every event.
  await sources.stop();
  const second = await startFunction(cluster, release);
  const fanOut = await startFanOut();
  fanOut.instances = [app.url, second.url];
  fanOut.copies = 2;
  const both = await startSources(cluster, release, fanOut.url);
  t.after(async () => {
    await both.stop();
    await fanOut.stop();
    await second.stop();
  });
  for (let round = 0; round < 5; round++) {
    const orders = await share(`two replicas, two routes, round ${round + 1}`, `twins-${round}`, true);
    assert.ok(orders.length <= 2, orders.join("; "));
    // Which of the two is answered first is the server's matter.
    const both = `twins-${round}-a.example.com twins-${round}-b.example.com`;
    assert.ok(orders.includes(both), orders.join("; "));
  }
});
