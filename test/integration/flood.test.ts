import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { changeEvent, resyncEvent } from "./harness/cloud-events.ts";
import { eventsOn, ROUTES, records } from "./harness/objects.ts";
import { startWorld, type World } from "./harness/world.ts";

const RULES = 10_000;
/** Of one reason the first ten, and one for all others. */
const REPORTED = 11;

suite("a route with ten thousand mistakes", () => {
  let world: World;

  before(async () => {
    const externalDNS = { targetIPs: ["192.0.2.7"] };
    world = await startWorld(await sharedControlPlane(), { values: { integrations: { externalDNS } } });
    const route = world.route({ name: "flood" });
    const routes = Array.from({ length: RULES }, (_, index) => ({
      kind: "Rule",
      match: `Hos(\`${index}\`)`,
    }));
    await world.admin.create({ ...route, spec: { ...(route.spec as object), routes } });
    await world.admin.create(world.route({ name: "other" }));
  });
  after(() => world?.stop());

  const logBytes = (from: number) =>
    world.app.logs.slice(from).reduce((sum, line) => sum + JSON.stringify(line).length, 0);

  test("has a few Events that say how many more there are, and holds up no other route", async () => {
    const { admin, app, namespace } = world;
    const event = (name: string) => app.send(changeEvent("add", { ...ROUTES, namespace, name }));
    const [flood, other] = await Promise.all([event("flood"), event("other")]);
    assert.deepEqual([flood.status, other.status], [204, 204]);
    assert.deepEqual(await records(admin, namespace, "other"), ["other.example.com A 192.0.2.7"]);
    await app.idle();
    const notes = (await eventsOn(admin, namespace, "flood")).map(({ note }) => note ?? "");
    assert.equal(notes.length, REPORTED);
    assert.ok(notes.some((note) => /^and 9990 more problems/.test(note)));
    assert.ok(logBytes(0) < 20_000, `${logBytes(0)} bytes of log`);
  });

  test("is reported no more of by a resync", async () => {
    const { admin, app, namespace } = world;
    const from = app.logs.length;
    assert.equal((await app.send(resyncEvent({ namespace }))).status, 204);
    assert.ok(logBytes(from) < 10_000, `${logBytes(from)} bytes of log`);
    assert.equal((await eventsOn(admin, namespace, "flood")).length, REPORTED);
  });
});
