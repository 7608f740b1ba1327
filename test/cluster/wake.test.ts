/**
 * The product sleeps until something changes, wakes, does its work and sleeps again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CERTIFICATES, dnsNames, ENDPOINTS, ingressRoute, records } from "../integration/harness/objects.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";

let world: ClusterWorld;
let namespace: string;

before(async () => {
  world = await enterCluster();
  namespace = await world.admin.createNamespace("wake");
});
after(async () => {
  await world?.stop();
});

for (const name of ["first", "second"]) {
  test(`a route applied while no pod exists gets its children, and the pod goes again: ${name}`, async () => {
    const { admin, pods } = world;
    await pods.gone();
    const before = pods.seen().size;
    await admin.apply(ingressRoute({ namespace, name }));
    const [certificate, endpoint] = await Promise.all([
      admin.waitFor({ ...CERTIFICATES, namespace, name: `${name}-tls` }, (object) => object !== null),
      admin.waitFor({ ...ENDPOINTS, namespace, name }, (object) => object !== null),
    ]);
    assert.ok(certificate !== null && endpoint !== null);
    assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.example.com`]);
    assert.deepEqual(await records(admin, namespace, name), [`${name}.example.com A 203.0.113.10`]);
    assert.equal(pods.seen().size - before, 1, "one pod did it");
    await pods.gone();
  });
}
