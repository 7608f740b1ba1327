/** What changes are seen without sources, and without a watch on children. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, dnsNames, ROUTES } from "./harness/objects.ts";
import { startWorld } from "./harness/world.ts";

const values = { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } };

suite("sources", () => {
  test("mode none: nothing of Eventing is there, and a resync does all of the work", async () => {
    const world = await startWorld(await sharedControlPlane(), {
      values: { ...values, source: { mode: "none" }, serving: { mode: "deployment" } },
    });
    const { admin, namespace, release } = world;
    assert.deepEqual(await release.sources(), []);
    await admin.apply(world.route({ name: "web" }));
    assert.equal((await world.app.send(resyncEvent())).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "web-tls"), ["web.example.com"]);
    await admin.apply(world.route({ name: "web", host: "moved.example.com" }));
    assert.equal((await world.app.send(resyncEvent())).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "web-tls"), ["moved.example.com"]);
    await world.stop();
  });

  for (const [children, kinds, returns] of [
    ["auto", ["Certificate", "DNSEndpoint", "IngressRoute", "IngressRouteTCP", "IngressRouteUDP"], true],
    ["never", ["IngressRoute", "IngressRouteTCP", "IngressRouteUDP"], false],
  ] as const) {
    test(`children ${children}: one source, and a child that somebody deletes is ${returns ? "" : "not "}back by an event`, async () => {
      const world = await startWorld(await sharedControlPlane(), {
        values: { ...values, source: { children } },
      });
      const { admin, namespace, release } = world;
      const [source, ...others] = await release.sources();
      assert.deepEqual(others, []);
      assert.ok(source !== undefined);
      const { resources } = source.spec as { resources: readonly { kind: string }[] };
      assert.deepEqual(resources.map(({ kind }) => kind).sort(), kinds);
      const sources = await world.listen();
      await sources.during(`${namespace}/ingressroutes/web`, () => admin.apply(world.route({ name: "web" })));
      const child = { ...CERTIFICATES, namespace, name: "web-tls" };
      const before = await admin.get(child);
      await admin.delete(child);
      if (returns) {
        const again = (object: typeof before) =>
          object !== null && object.metadata.uid !== before?.metadata.uid;
        await admin.waitFor(child, again);
      } else {
        // The next event is of a route: had the deletion made one, it would have been answered by then.
        await sources.during(`${namespace}/ingressroutes/later`, () =>
          admin.apply(world.route({ name: "later" })),
        );
        assert.equal(await admin.get(child), null);
        assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
        assert.deepEqual(await dnsNames(admin, namespace, "web-tls"), ["web.example.com"]);
      }
      await admin.delete({ ...ROUTES, namespace, name: "web" });
      await sources.stop();
      await world.stop();
    });
  }
});
