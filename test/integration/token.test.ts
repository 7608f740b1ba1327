import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { changeEvent } from "./harness/cloud-events.ts";
import { dnsNames, ROUTES } from "./harness/objects.ts";
import { installRelease } from "./harness/release.ts";
import { startFunction } from "./harness/running-function.ts";
import { startWorld } from "./harness/world.ts";

suite("the ServiceAccount's token", () => {
  test("a token that the API server no longer takes is read again, once", async () => {
    const cluster = await sharedControlPlane();
    const world = await startWorld(cluster);
    const { admin, namespace, release } = world;
    await admin.apply(world.route({ name: "rotated" }));
    const reads: boolean[] = [];
    const token = await release.functionToken();
    const app = await startFunction(cluster, release, {
      async authorization(fresh) {
        reads.push(fresh);
        return `Bearer ${reads.includes(true) ? token : `${token}expired`}`;
      },
    });
    const event = changeEvent("add", { ...ROUTES, namespace, name: "rotated" });
    assert.equal((await app.send(event)).status, 204);
    assert.deepEqual(await dnsNames(admin, namespace, "rotated-tls"), ["rotated.example.com"]);
    assert.ok(reads.includes(true), "the token was read again");
    await app.stop();
    await world.stop();
  });

  test("where the new one is refused too, the sender is to try again", async () => {
    const cluster = await sharedControlPlane();
    const release = await installRelease(cluster);
    const app = await startFunction(cluster, release, { authorization: async () => "Bearer nonsense" });
    const event = changeEvent("add", { ...ROUTES, namespace: "default", name: "any" });
    assert.equal((await app.send(event)).status, 503);
    const text = JSON.stringify(app.logs);
    assert.equal(text.includes("nonsense"), false, "no token in the log");
    await app.stop();
  });
});
