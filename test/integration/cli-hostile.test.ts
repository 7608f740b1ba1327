/**
 * What clusters have that a command must not trust, or not double: texts with control characters, and Certificates of
 * the users' own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { type CliWorld, startCliWorld } from "./harness/cli-world.ts";
import { resyncEvent } from "./harness/cloud-events.ts";
import { certificatesFor } from "./harness/members.ts";
import { CERTIFICATES, eventsOn, ROUTES, warningsOn } from "./harness/objects.ts";
import type { World } from "./harness/world.ts";

suite("commands in a cluster of others", () => {
  let world: World;
  let run: CliWorld["run"];
  let stop: CliWorld["stop"];

  before(async () => {
    ({ world, run, stop } = await startCliWorld());
  });
  after(() => stop());

  test("a Certificate that has a route's names: no second one, a note everywhere, nothing wrong", async () => {
    const { admin, namespace } = world;
    await admin.create({
      ...CERTIFICATES,
      metadata: { namespace, name: "wildcard" },
      spec: { secretName: "wild", dnsNames: ["*.example.com"], issuerRef: { name: "x" } },
    });
    await admin.apply(world.route({ name: "covered", secretName: "wild" }));
    assert.equal(await world.sendEvent("add", ROUTES, "covered"), 204);
    assert.deepEqual(await certificatesFor(admin, namespace, "wild"), ["wildcard wild [*.example.com] []"]);
    assert.deepEqual(await warningsOn(admin, namespace, "covered"), []);
    const noted = (await eventsOn(admin, namespace, "covered")).filter(
      ({ reason }) => reason === "SecretNameTaken",
    );
    assert.deepEqual(
      noted.map(({ type }) => type),
      ["Normal"],
    );

    const plan = await run("plan", "-n", namespace);
    assert.match(
      plan.stdout,
      /\nNotes\n {2}IngressRoute .*\/covered: spec\.tls\.secretName: Certificate wildcard, /,
    );
    assert.match(plan.stdout, /, 0 problems\n$/);
    assert.equal(plan.code, 0);
    const explained = await run("explain", `${namespace}/covered`);
    assert.match(
      explained.stdout,
      /no child {2}Certificate: Certificate wildcard is there, which is not ours\n/,
    );
    assert.match(explained.stdout, / {2}note {6}spec\.tls\.secretName: Certificate wildcard/);
    assert.equal(explained.code, 0);
    const status = await run("status", "-n", namespace);
    assert.match(
      status.stdout,
      /note: IngressRoute .*\/covered: spec\.tls\.secretName: Certificate wildcard/,
    );
    assert.doesNotMatch(status.stdout, /SecretNameTaken/);

    const mark = await world.cluster.auditLog.mark();
    await world.app.send(resyncEvent({ namespace }));
    assert.deepEqual(await world.writes(mark), []);
  });

  test("control characters of objects stay in the cluster", async () => {
    const { admin, namespace } = world;
    const match =
      "Host(`esc.example.com`) && PathPrefix(`/\u001b[31m\u001b]0;pwned\u0007\u009b2J\u202e`) && Foo(`\u001b[2J`)";
    const annotations = { "cert-manager.io/duration": "\u001b[5m\n  forged" };
    await admin.create(world.route({ name: "esc", match, annotations }));
    await world.sendEvent("add", ROUTES, "esc");
    for (const words of [
      ["plan", "-n", namespace],
      ["plan", "-n", namespace, "--output", "json"],
      ["status", "-n", namespace],
      ["status", "-n", namespace, "--output", "json"],
      ["explain", `${namespace}/esc`],
      ["explain", `${namespace}/esc`, "--output", "json"],
    ]) {
      const { stdout, stderr } = await run(...words);
      assert.match(stdout, /esc/);
      assert.doesNotMatch(stdout + stderr, /[^\P{Cc}\n\t]|[\u202a-\u202e]/u, words.join(" "));
      assert.doesNotMatch(stdout + stderr, /^ *forged/m);
    }
  });
});
