/**
 * `waitForCertificate`: a host is published only once its certificate is there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CERTIFICATES, records } from "../integration/harness/objects.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld({ values: { integrations: { externalDNS: { waitForCertificate: true } } } });
});
after(() => world?.stop());

test("no record while the order is refused, and one as soon as the certificate is issued", async () => {
  const { admin, namespace, parties } = world;
  const { front } = parties.acme;
  front.refuses = () => ({ status: 400, type: "rejectedIdentifier", detail: "not today" });
  await admin.apply(servedRoute({ namespace, name: "wait" }));
  await admin.waitFor({ ...CERTIFICATES, namespace, name: "wait-tls" }, (object) =>
    JSON.stringify(object?.status ?? {}).includes("not today"),
  );
  assert.equal(await records(admin, namespace, "wait"), null);
  await world.answered("wait.example.com", "A", []);

  const watch = startStopwatch("waitForCertificate, from the moment at which the ACME server agrees");
  front.refuses = null;
  await world.certified("wait-tls", ["wait.example.com"]);
  watch.lap("the certificate is issued");
  await world.answered("wait.example.com", "A", [ADDRESS]);
  watch.lap("the DNS server answers");
  await world.validEverywhere("wait.example.com");
});

test("a new route is published after its certificate", async () => {
  const { admin, namespace } = world;
  const watch = startStopwatch("a new route with waitForCertificate");
  await admin.apply(servedRoute({ namespace, name: "later" }));
  await world.certified("later-tls", ["later.example.com"]);
  watch.lap("the certificate is issued");
  await world.answered("later.example.com", "A", [ADDRESS]);
  watch.lap("the DNS server answers");
});
