/**
 * Definitions of third parties that are upgraded, removed and restored while everything runs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { loadCrds, type ThirdParty } from "../control-plane/crds.ts";
import { resyncEvent } from "../integration/harness/cloud-events.ts";
import { CERTIFICATES, ENDPOINTS, eventsOn } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld();
});
after(() => world?.stop());

const DEFINITIONS = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" } as const;

async function served(name: string, title: string): Promise<void> {
  const host = `${name}.example.com`;
  const watch = startStopwatch(title);
  await world.certified(`${name}-tls`, [host]);
  await world.validEverywhere(host);
  watch.lap("HTTPS is valid at both replicas");
  await world.answered(host, "A", [ADDRESS]);
  watch.lap("the DNS server answers");
}

const apply = (name: string) => world.admin.apply(servedRoute({ namespace: world.namespace, name }));

async function resync(): Promise<void> {
  assert.equal((await world.app.send(resyncEvent())).status, 204);
}

test("an upgrade of the definitions, with a field more, causes no write and hinders nothing", async () => {
  const { admin, app, cluster } = world;
  await apply("before");
  await served("before", "before the upgrade");
  await app.idle();
  const mark = await cluster.auditLog.mark();
  for (const crd of await loadCrds(["cert-manager", "external-dns"])) {
    const upgraded = structuredClone(crd) as unknown as {
      metadata: { name: string; annotations?: Record<string, string> };
      spec: { versions: { schema: { openAPIV3Schema: { properties: Record<string, object> } } }[] };
    };
    for (const { schema } of upgraded.spec.versions)
      Object.assign(schema.openAPIV3Schema.properties.spec ?? {}, {
        "x-kubernetes-preserve-unknown-fields": true,
      });
    upgraded.metadata.annotations = { ...upgraded.metadata.annotations, "example.com/version": "next" };
    await admin.apply(upgraded as unknown as Parameters<typeof admin.apply>[0]);
  }
  await resync();
  assert.deepEqual(await world.writes(mark), []);
  await apply("after");
  await served("after", "after the upgrade");
});

for (const { party, lost, goesOn } of [
  {
    party: "external-dns",
    lost: ENDPOINTS,
    goesOn: async (name: string) => {
      await world.certified(`${name}-tls`, [`${name}.example.com`]);
      await world.validEverywhere(`${name}.example.com`);
    },
  },
  {
    party: "cert-manager",
    lost: CERTIFICATES,
    goesOn: (name: string) => world.answered(`${name}.example.com`, "A", [ADDRESS]),
  },
] as const) {
  test(`${party}'s definitions are removed and restored: the other half goes on, and the route is told`, async () => {
    const { admin, namespace, parties } = world;
    const first = `first-${party.slice(0, 4)}`;
    const while_ = `while-${party.slice(0, 4)}`;
    await apply(first);
    await served(first, `before ${party}'s definitions are removed`);
    const crds = await loadCrds([party as ThirdParty]);
    for (const { metadata } of crds) await admin.delete({ ...DEFINITIONS, name: metadata.name });
    for (const { metadata } of crds)
      await admin.waitFor({ ...DEFINITIONS, name: metadata.name }, (object) => object === null);
    await apply(while_);
    await goesOn(while_);
    await until("the route is told", async () =>
      (await eventsOn(admin, namespace, while_)).some(({ reason }) => reason === "KindNotServed"),
    );
    // What was served before goes on too: Traefik has the Secret.
    await world.validEverywhere(`${first}.example.com`);

    const running = party === "external-dns" ? parties.externalDns : parties.certManager;
    await admin.applyCrds(crds);
    // Its controllers have lost what they follow.
    await running.stop();
    await running.start();
    if (party === "cert-manager") await world.applyIssuer();
    const watch = startStopwatch(`${party}'s definitions are back`);
    await resync();
    for (const name of [first, while_]) {
      await admin.waitFor(
        { ...lost, namespace, name: lost === CERTIFICATES ? `${name}-tls` : name },
        Boolean,
      );
    }
    watch.lap("a resync has made the children again");
    for (const name of [first, while_]) await served(name, `${party} is back`);
  });
}
