/**
 * Many routes at once, and what each costs: counted in the API server's audit log.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isWrite } from "../control-plane/audit-log.ts";
import { CERTIFICATES, ENDPOINTS, ingressRoute, namesOf } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";

const count = 50;
let world: ClusterWorld;

before(async () => {
  world = await enterCluster();
});
after(async () => {
  await world?.stop();
});

test(`${count} routes at once from zero: each gets its children, and each echo costs one read at most`, async (t) => {
  const { admin, pods, sources, cluster } = world;
  const namespace = await admin.createNamespace("many");
  await world.asleep();
  const [podsBefore, eventsBefore] = [pods.seen().size, sources.deliveries().length];
  const mark = await cluster.auditLog.mark();
  const names = Array.from({ length: count }, (_, index) => `many-${index}`);
  await Promise.all(names.map((name) => admin.apply(ingressRoute({ namespace, name }))));
  // One event for each route and each child.
  const isHere = ({ subject }: { subject: string }) => subject.includes(`/namespaces/${namespace}/`);
  await until("all events are answered", async () => sources.deliveries().filter(isHere).length >= 3 * count);

  assert.deepEqual(await namesOf(admin, { ...ENDPOINTS, namespace }), names.toSorted());
  assert.deepEqual(
    await namesOf(admin, { ...CERTIFICATES, namespace }),
    names.map((name) => `${name}-tls`).toSorted(),
  );
  const deliveries = sources.deliveries().slice(eventsBefore).filter(isHere);
  assert.deepEqual(new Set(deliveries.map(({ outcome }) => outcome)), new Set(["delivered"]));
  const requests = await world.requests(mark);
  const children = requests.filter(isWrite).filter(({ group }) => group !== "events.k8s.io");
  assert.equal(children.length, 2 * count, "one write for each child");
  const reads = requests.filter((entry) => !isWrite(entry)).length;
  const found = requests.filter(
    ({ verb, code, resource }) =>
      verb === "get" && code === 200 && /^(certificates|dnsendpoints)$/.test(resource),
  );
  // For the event of its creation; where the same pod made and verified the child, none.
  const again = Object.entries(Object.groupBy(found, ({ resource, name }) => `${resource}/${name}`));
  assert.deepEqual(
    again.filter(([, each = []]) => each.length > 1).map(([child]) => child),
    [],
    "no child that exists is read twice",
  );
  assert.ok(reads <= 9 * count + 10, `${reads} reads`);
  const wakes = pods.seen().size - podsBefore;
  const perRoute = (total: number) => (total / count).toFixed(2);
  t.diagnostic(
    `per created route: ${perRoute(deliveries.length)} events, ${perRoute(reads)} reads, ` +
      `${perRoute(requests.length - reads)} writes; wakes: ${wakes}`,
  );
});
