/** Many routes at once through the source: what they cost in requests, and that each has what it says. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { isWrite } from "../control-plane/audit-log.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { CERTIFICATES, dnsNames, ENDPOINTS, eventsOn, namesOf, records } from "./harness/objects.ts";
import type { RunningSources } from "./harness/running-sources.ts";
import { startWorld, type World } from "./harness/world.ts";

const ROUTES_AT_ONCE = 60;
/**
 * Eight where all goes well, nine for a route whose event finds nothing done, twelve for one that is reconciled twice;
 * twenty where each child that comes back has its route reconciled.
 */
const REQUESTS_EACH = 10;

suite("a burst of routes through the source", () => {
  let world: World;
  let sources: RunningSources;
  const names = Array.from({ length: ROUTES_AT_ONCE }, (_, index) => `web-${index}`);

  before(async () => {
    const externalDNS = { targetIPs: ["192.0.2.7"] };
    world = await startWorld(await sharedControlPlane(), {
      values: { integrations: { externalDNS } },
      function: { looksAhead: true },
    });
    sources = await world.listen();
  });
  after(() => world?.stop());

  const delivered = (name: string) =>
    sources.delivery(({ subject }) => subject.endsWith(`/${world.namespace}/ingressroutes/${name}`));

  test("new ones: each has its children once, with few requests and no list that waits", async () => {
    const { admin, namespace } = world;
    const mark = await world.cluster.auditLog.mark();
    await Promise.all(names.map((name) => admin.create(world.route({ name, secretName: name }))));
    for (const name of names) {
      assert.equal((await delivered(name)).outcome, "delivered");
      // What an event is answered for is done.
      assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.example.com`]);
      assert.deepEqual(await records(admin, namespace, name), [`${name}.example.com A 192.0.2.7`]);
    }
    for (const name of names) {
      await sources.caughtUp({ ...CERTIFICATES, namespace, name: `${name}-tls` });
      await sources.caughtUp({ ...ENDPOINTS, namespace, name });
    }
    const requests = await world.requests(mark);
    const told = requests.filter(({ resource }) => resource === "events");
    const asked = requests.filter(({ resource, verb }) => resource !== "events" && verb !== "watch");
    assert.equal(asked.filter(isWrite).length, 2 * ROUTES_AT_ONCE);
    assert.ok(asked.length <= REQUESTS_EACH * ROUTES_AT_ONCE, `${asked.length} requests`);
    assert.ok(world.app.logs.some(({ ahead }) => ahead === true));
    assert.ok(told.length <= ROUTES_AT_ONCE, `${told.length} requests about Events`);
    const plain = asked.filter(({ verb, uri }) => verb === "list" && !uri.includes("resourceVersion="));
    assert.deepEqual(plain, []);
    assert.deepEqual(
      await namesOf(admin, { ...CERTIFICATES, namespace }),
      names.map((name) => `${name}-tls`).sort(),
    );
  });

  test("changed ones: each has what it says now, and what it was told before is still told", async () => {
    const { admin, namespace } = world;
    const changed = await Promise.all(
      names.map((name) => {
        const match = `Host(\`${name}.example.org\`)`;
        return sources.during(`${namespace}/ingressroutes/${name}`, () =>
          admin.apply(world.route({ name, secretName: name, match })),
        );
      }),
    );
    for (const { outcome } of changed) assert.equal(outcome, "delivered");
    for (const name of names) {
      assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.example.org`]);
      assert.deepEqual(await records(admin, namespace, name), [`${name}.example.org A 192.0.2.7`]);
    }
    await world.app.idle();
    for (const name of names) {
      const reasons = (await eventsOn(admin, namespace, name)).map(({ reason }) => reason);
      assert.deepEqual(reasons.sort(), ["Created", "Updated"]);
    }
  });
});
