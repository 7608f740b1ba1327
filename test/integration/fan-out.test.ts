import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Manifest } from "../control-plane/admin.ts";
import { type AuditEntry, countByObject, isWrite } from "../control-plane/audit-log.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { bundle } from "./harness/bundle.ts";
import { post, resyncEvent } from "./harness/cloud-events.ts";
import { deliver, type FanOut, startFanOut, type TakenEvent } from "./harness/fan-out.ts";
import { type FunctionProcess, startFunctionProcess } from "./harness/function-process.ts";
import { inParallel } from "./harness/in-parallel.ts";
import { CERTIFICATES, ENDPOINTS, ingressRoute } from "./harness/objects.ts";
import { installRelease, type Release } from "./harness/release.ts";

/** HAND_OUT_ROUTES=20000 takes some minutes; what is shown here does not depend on the number. */
const TOTAL = Number(process.env.FAN_OUT_ROUTES ?? 1_600);
const INSTANCES = 3;
const NAMESPACES = 7;

suite(`a resync of ${TOTAL} routes by ${INSTANCES} instances`, () => {
  let cluster: ControlPlane;
  let release: Release;
  let fanOut: FanOut;
  let bundled: Awaited<ReturnType<typeof bundle>>;
  let instances: readonly FunctionProcess[] = [];

  const keys = Array.from({ length: TOTAL }, (_, index) => ({
    namespace: `spread-${index % NAMESPACES}`,
    name: `route-${index}`,
  }));

  before(async () => {
    const names = ["traefik", "cert-manager", "external-dns", "knative-serving", "knative-eventing"] as const;
    [cluster, fanOut, bundled] = await Promise.all([
      loadCrds(names).then((crds) => startControlPlane({ crds, controllerManager: false })),
      startFanOut(),
      bundle(),
    ]);
    const { admin } = cluster;
    const externalDNS = { targetIPs: ["192.0.2.7"] };
    release = await installRelease(cluster, {
      values: { integrations: { externalDNS } },
      ingressClass: null,
    });
    await inParallel([...new Set(keys.map(({ namespace }) => namespace))], (name) =>
      admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
    );
    await inParallel(keys, (key) => admin.create(route(key)));
    const env = { K_SINK: fanOut.url };
    instances = await Promise.all(
      Array.from({ length: INSTANCES }, () =>
        startFunctionProcess(cluster, release, { app: bundled.folder, env }),
      ),
    );
    fanOut.instances = instances.map(({ url }) => url);
  });
  after(async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    await Promise.all([fanOut?.stop(), bundled?.remove(), cluster?.stop()]);
  });

  function route({ namespace, name }: { namespace: string; name: string }): Manifest {
    return ingressRoute({ namespace, name, host: `${name}.${namespace}.example.com` });
  }

  /** What the function wrote since the mark, whoever of the instances it was. */
  async function writes(since: number): Promise<readonly AuditEntry[]> {
    const entries = await cluster.auditLog.entries(since);
    return entries.filter((entry) => entry.user === release.user && isWrite(entry));
  }

  /** Asserts that these children, and no others, were written since the mark, each once. */
  async function assertWrittenOnce(since: number, children: readonly string[]): Promise<void> {
    const written = (await writes(since)).filter(({ resource }) => resource !== "events");
    const counts = countByObject(written);
    const twice = [...counts].filter(([, count]) => count > 1);
    assert.deepEqual(twice, [], "written more than once");
    assert.deepEqual([...counts.keys()].sort(), [...children].sort());
  }

  const certificate = ({ namespace, name }: { namespace: string; name: string }) =>
    `certificates.cert-manager.io ${namespace}/${name}-tls`;
  const endpoint = ({ namespace, name }: { namespace: string; name: string }) =>
    `dnsendpoints.externaldns.k8s.io ${namespace}/${name}`;

  /** Deletes the DNSEndpoints of every n-th route and returns what has to come back. */
  async function deleteEndpoints(nth: number): Promise<readonly string[]> {
    const chosen = keys.filter((_, index) => index % nth === 0);
    await inParallel(chosen, (key) => cluster.admin.delete({ ...ENDPOINTS, ...key }));
    return chosen.map(endpoint);
  }

  const resyncOf = async ({ url }: FunctionProcess) => (await post(url, resyncEvent())).status;
  const resynced = (instance: FunctionProcess, from = 0) =>
    instance.logged(({ msg }) => msg === "resynced", from);
  const [one, two, three] = [0, 1, 2].map((index) => () => instances[index] as FunctionProcess) as [
    () => FunctionProcess,
    () => FunctionProcess,
    () => FunctionProcess,
  ];

  test("is spread over all of them, misses no route and writes no child twice", async () => {
    const mark = await cluster.auditLog.mark();
    assert.equal(await resyncOf(one()), 204);
    await fanOut.delivered();
    await assertWrittenOnce(
      mark,
      keys.flatMap((key) => [certificate(key), endpoint(key)]),
    );
    const handedOut = fanOut.taken
      .map(({ body }) => (JSON.parse(body) as { batch: { routes: unknown[] } }).batch.routes.length)
      .reduce((sum, count) => sum + count, 0);
    assert.equal((await resynced(one())).handedOut, handedOut);
    assert.ok(handedOut > TOTAL / 2 && handedOut < TOTAL, `${handedOut} handed out`);
    for (const instance of [two(), three()])
      assert.ok(instance.logs.some(({ work, status }) => work === "batch" && status === 204));
    for (const kind of [CERTIFICATES, ENDPOINTS])
      assert.equal((await cluster.admin.list(kind)).length, TOTAL);
  });

  test("a batch that is delivered again, to whomever, writes nothing", async () => {
    const mark = await cluster.auditLog.mark();
    const batches = fanOut.taken.length;
    assert.ok(batches > INSTANCES);
    await inParallel(
      fanOut.taken.map((event, index) => [fanOut.instances[(index + 1) % INSTANCES] ?? "", event] as const),
      ([instance, event]) => deliver(instance, event),
      INSTANCES,
    );
    assert.deepEqual(await writes(mark), []);
  });

  test("a batch reads what its routes have in common once, not for every route", async () => {
    const mark = await cluster.auditLog.mark();
    const [event] = fanOut.taken;
    await deliver(one().url, event as TakenEvent);
    const entries = (await cluster.auditLog.entries(mark)).filter(({ user }) => user === release.user);
    const { routes } = (JSON.parse(event?.body ?? "") as { batch: { routes: { namespace: string }[] } })
      .batch;
    const namespaces = new Set(routes.map(({ namespace }) => namespace)).size;
    assert.equal(entries.filter(({ resource }) => resource === "namespaces").length, namespaces);
    assert.ok(entries.filter(({ verb }) => verb === "list").length <= namespaces);
    assert.equal(entries.filter(({ resource }) => resource === "ingressroutes").length, routes.length);
  });

  test("a batch that two instances get at the same time makes each child once", async () => {
    const missing = await deleteEndpoints(4);
    const mark = await cluster.auditLog.mark();
    const before = fanOut.taken.length;
    fanOut.copies = 2;
    assert.equal(await resyncOf(two()), 204);
    await fanOut.delivered();
    fanOut.copies = 1;
    assert.ok(fanOut.taken.length > before, "some went elsewhere");
    await assertWrittenOnce(mark, missing);
  });

  test("resyncs that all instances are asked for at once make each child once", async () => {
    const missing = await deleteEndpoints(6);
    const mark = await cluster.auditLog.mark();
    assert.deepEqual(await Promise.all(instances.map(resyncOf)), [204, 204, 204]);
    await fanOut.delivered();
    await assertWrittenOnce(mark, missing);
  });

  test("where the sink refuses, the instance does it all, and says so", async () => {
    const missing = await deleteEndpoints(6);
    const mark = await cluster.auditLog.mark();
    const [before, from] = [fanOut.taken.length, three().logs.length];
    fanOut.refuses = true;
    assert.equal(await resyncOf(three()), 204);
    fanOut.refuses = false;
    assert.equal(fanOut.taken.length, before);
    await assertWrittenOnce(mark, missing);
    assert.equal((await resynced(three(), from)).handedOut, 0);
    assert.ok(
      three()
        .logs.slice(from)
        .some(({ status, msg }) => status === 503 && /done here/.test(msg)),
    );
  });

  test("once all is done, nothing goes out", async () => {
    const mark = await cluster.auditLog.mark();
    const before = fanOut.taken.length;
    assert.equal(await resyncOf(one()), 204);
    assert.equal(fanOut.taken.length, before);
    assert.deepEqual(await writes(mark), []);
  });
});
