/**
 * What the API server refuses for good, in words that sound as if it passed: an Event for the user, never a 503.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Integration } from "../../functions/integrations/integration.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, eventsOn, mustGet, ROUTES, records } from "./harness/objects.ts";
import type { FunctionSettings } from "./harness/running-function.ts";
import { startWorld, type World } from "./harness/world.ts";

const externalDNS = { targetIPs: ["192.0.2.7"] };

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `Host(\`h${index}.example.com\`)`).join("||");
/** Every record carries it. */
const annotations = { "external-dns.kubernetes.io/webhook-note": "x".repeat(4_000) };

/** Notes of the Warning Events of a reason on a route. */
async function notesOf({ admin, namespace }: World, route: string, reason: string): Promise<string[]> {
  const events = await eventsOn(admin, namespace, route);
  return events
    .filter((event) => event.type === "Warning" && event.reason === reason)
    .map(({ note }) => note);
}

/** Lines of the log that say that something is to be sent again. */
function retries({ app }: World): readonly unknown[] {
  return app.logs.filter((line) => "retry" in line || line.status === 503);
}

suite("a child that is too large", () => {
  let world: World;

  before(async () => {
    world = await startWorld(await sharedControlPlane(), { values: { integrations: { externalDNS } } });
  });
  after(() => world.stop());

  for (const [title, name, count, said] of [
    ["etcd", "etcd", 450, /etcdserver: request is too large/],
    ["etcd's client", "client", 600, /trying to send message larger than max/],
    ["the API server itself", "body", 900, /Request entity too large: limit is 3145728/],
  ] as const) {
    test(`for ${title}: 204, an Event names the fix, and what was published stays`, async () => {
      const { admin, namespace } = world;
      const before = world.route({ name, host: "h0.example.com", secretName: null });
      await admin.apply(before);
      assert.equal(await world.sendEvent("add", ROUTES, name), 204);
      await admin.apply(world.route({ name, match: many(count), annotations, secretName: null }));
      assert.equal(await world.sendEvent("update", ROUTES, name), 204);
      assert.deepEqual(await records(admin, namespace, name), ["h0.example.com A 192.0.2.7"]);
      const [note, ...others] = await notesOf(world, name, "TooLarge");
      assert.deepEqual(others, []);
      assert.match(note ?? "", /^external-dns: .*Split the route into several with fewer hosts each/);
      assert.match(note ?? "", said);
    });
  }

  test("does not keep a resync from its end, nor another route from its children", async () => {
    const { admin, namespace } = world;
    await admin.apply(
      world.route({ name: "new-and-large", match: many(450), annotations, secretName: null }),
    );
    await admin.apply(world.route({ name: "other" }));
    const { status } = await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(retries(world), []);
    assert.equal(status, 204);
    assert.deepEqual(await records(admin, namespace, "other"), ["other.example.com A 192.0.2.7"]);
    assert.equal(await admin.get({ ...ENDPOINTS, namespace, name: "new-and-large" }), null);
    assert.equal((await notesOf(world, "new-and-large", "TooLarge")).length, 1);
    assert.equal((await world.app.send(resyncEvent({ namespace }))).status, 204);
    assert.deepEqual(retries(world), []);
  });

  test("once it is smaller, it is written", async () => {
    const { admin, namespace } = world;
    await admin.apply(world.route({ name: "etcd", host: "small.example.com", secretName: null }));
    assert.equal(await world.sendEvent("update", ROUTES, "etcd"), 204);
    assert.deepEqual(await records(admin, namespace, "etcd"), ["small.example.com A 192.0.2.7"]);
  });
});

/** As the template of a newer cert-manager's fields would be against an older schema: our own check refuses others. */
function withFields(fields: object): NonNullable<FunctionSettings["configured"]> {
  const withThem = (integration: Integration): Integration => ({
    ...integration,
    desiredState(description, observedState) {
      const desired = integration.desiredState(description, observedState);
      return desired.kind === "present" ? { ...desired, spec: { ...desired.spec, ...fields } } : desired;
    },
  });
  return (configuration) => ({
    ...configuration,
    integrations: configuration.integrations.map((each) =>
      each.sharedResource === null ? each : withThem(each),
    ),
  });
}

suite("fields that the kind's schema does not have", () => {
  for (const [title, fields, said] of [
    ["a text for a list", { usages: "server auth" }, /\.spec\.usages: expected list/],
    ["a field that there is not", { nonsense: true }, /\.spec\.nonsense: field not declared/],
  ] as const) {
    test(`${title}: 204 by event and by resync, an Event names the field, DNS goes on`, async () => {
      const world = await startWorld(await sharedControlPlane(), {
        values: { integrations: { externalDNS } },
        function: { configured: withFields(fields) },
      });
      const { admin, namespace, app } = world;
      await admin.apply(world.route({ name: "web" }));
      assert.equal(await world.sendEvent("add", ROUTES, "web"), 204);
      assert.deepEqual(await records(admin, namespace, "web"), ["web.example.com A 192.0.2.7"]);
      assert.equal(await admin.get({ ...CERTIFICATES, namespace, name: "web-tls" }), null);
      const [note] = await notesOf(world, "web", "Rejected");
      assert.match(note ?? "", said);
      assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
      assert.deepEqual(retries(world), []);
      await mustGet(admin, { ...ENDPOINTS, namespace, name: "web" });
      await world.stop();
    });
  }
});
