/**
 * external-dns reads the IngressRoutes by its own source for Traefik too, and so has each record twice: from the route's
 * annotation, and from our DNSEndpoint.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { resyncEvent } from "../integration/harness/cloud-events.ts";
import { ENDPOINTS, mustGet, ROUTES } from "../integration/harness/objects.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld({
    programs: ["knot", "external-dns"],
    externalDns: { sources: ["crd", "traefik-proxy"] },
  });
});
after(() => world?.stop());

const TARGET = "external-dns.kubernetes.io/target";
const apply = (name: string, annotations: Readonly<Record<string, string>>) =>
  world.admin.apply(servedRoute({ namespace: world.namespace, name, secretName: null, annotations }));

test("one record for both, written once and not again, and gone with the route", async () => {
  const { admin, app, namespace, parties } = world;
  const host = "twice.example.com";
  const watch = startStopwatch("a route that both sources of external-dns read");
  await apply("twice", { [TARGET]: ADDRESS });
  await world.answered(host, "A", [ADDRESS]);
  watch.lap("the DNS server answers");
  // Whose source was first had the record written.
  const endpoint = { ...ENDPOINTS, namespace, name: "twice" };
  await admin.waitFor(endpoint, Boolean);
  await world.observed("twice", (await mustGet(admin, endpoint)).metadata.generation ?? 0);
  await settled();
  const changes = (await parties.externalDns.changes()).length;
  for (let round = 0; round < 20; round++) assert.equal((await app.send(resyncEvent())).status, 204);
  // Each of these has external-dns plan anew.
  for (let round = 0; round < 5; round++) {
    await apply(`other-${round}`, {});
    await world.answered(`other-${round}.example.com`, "A", [ADDRESS]);
  }
  const later = (await parties.externalDns.changes()).slice(changes);
  assert.deepEqual(
    later.filter((change) => change.includes(host)),
    [],
  );
  await admin.delete({ ...ROUTES, namespace, name: "twice" });
  await world.answered(host, "A", []);
});

/** Waits until a record that was asked for later is there: external-dns has planned at least once more by then. */
async function settled(): Promise<void> {
  await apply("settled", {});
  await world.answered("settled.example.com", "A", [ADDRESS]);
}
