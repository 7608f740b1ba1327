import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Manifest } from "../control-plane/admin.ts";
import { isWrite } from "../control-plane/audit-log.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { type Bundle, bundle } from "./harness/bundle.ts";
import { changeEvent, post, resyncEvent } from "./harness/cloud-events.ts";
import { concerns, type FaultProxy, first, startFaultProxy, statusAnswer } from "./harness/fault-proxy.ts";
import { type FunctionProcess, startFunctionProcess } from "./harness/function-process.ts";
import { inParallel } from "./harness/in-parallel.ts";
import {
  CERTIFICATES,
  dnsNames,
  ENDPOINTS,
  ingressRoute,
  ROUTES,
  records,
  warningsOn,
} from "./harness/objects.ts";
import { installRelease, type Release } from "./harness/release.ts";
import { type RunningFunction, startFunction } from "./harness/running-function.ts";
import { until } from "./harness/until.ts";

const TOTAL = 5_000;
const PAGE = 500;
/** The first is larger than several pages, each of the others larger than one. */
const bulk = ["bulk", "bulk-1", "bulk-2", "bulk-x3", "zz"];
/** Names whose order under the API is not that of a naive comparison. */
const tricky = ["t-x/a", "t/a", "t/a-b", "t/a.c", "t/a1", "t1/a"];

suite("a full resync over 5,000 routes", () => {
  let cluster: ControlPlane;
  let release: Release;
  /** A process of its own: the test runner's hooks make everything in this one slow. */
  let app: FunctionProcess;
  let bundled: Bundle;
  let proxy: FaultProxy;
  let proxied: RunningFunction;

  before(async () => {
    // Without garbage collection, so that orphans are the resync's to find.
    cluster = await startControlPlane({ crds: await loadCrds(), controllerManager: false });
    const { admin } = cluster;
    release = await installRelease(cluster, {
      values: { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } },
      ingressClass: null,
    });
    const namespaces = new Set([...bulk, ...tricky.map((key) => key.split("/")[0] ?? ""), "small"]);
    await inParallel([...namespaces], (name) =>
      admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
    );
    const rest = Array.from({ length: TOTAL - tricky.length }, (_, index) => {
      const namespace = index < 2_000 ? bulk[0] : bulk[index % bulk.length];
      return `${namespace}/route-${index}`;
    });
    await inParallel([...tricky, ...rest], (key) => admin.create(route(key)));
    proxy = await startFaultProxy(cluster);
    bundled = await bundle();
    app = await startFunctionProcess(cluster, release, { app: bundled.folder });
    proxied = await startFunction(cluster, release, { apiServer: proxy });
  });
  after(async () => {
    await app?.stop();
    await proxied?.stop();
    await proxy?.stop();
    await cluster?.stop();
    await bundled?.remove();
  });

  function route(key: string, host?: string): Manifest {
    const [namespace = "", name = ""] = key.split("/");
    return ingressRoute({ namespace, name, host: host ?? `${name}.${namespace}.example.com` });
  }

  const keysOf = async (kind: { apiVersion: string; kind: string }, namespace?: string) =>
    (await cluster.admin.list({ ...kind, namespace })).map(
      ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
    );
  /** `verb resource namespace/name` of what the function changed, without the Events it wrote. */
  const writes = async (since: number) =>
    (await requests(since))
      .filter((entry) => isWrite(entry) && entry.resource !== "events")
      .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}/${name}`)
      .sort();
  const requests = async (since: number) =>
    (await cluster.auditLog.entries(since)).filter(({ user }) => user === release.user);
  const resync = async (data?: object) => (await post(app.url, resyncEvent(data))).status;

  /** Every route has its two children and there are no others. */
  async function assertConverged(): Promise<void> {
    const routes = (await keysOf(ROUTES)).sort();
    assert.deepEqual((await keysOf(ENDPOINTS)).sort(), routes);
    assert.deepEqual((await keysOf(CERTIFICATES)).sort(), routes.map((key) => `${key}-tls`).sort());
  }

  test("makes all children, while routes come and go and events are answered in between", async () => {
    const { admin } = cluster;
    const running = resync().then((status) => {
      finished = true;
      return status;
    });
    let finished = false;
    await admin.create(route("small/fast"));
    const event = changeEvent("add", { ...ROUTES, namespace: "small", name: "fast" });
    assert.equal((await post(app.url, event)).status, 204);
    assert.deepEqual(await records(admin, "small", "fast"), ["fast.small.example.com A 192.0.2.7"]);
    assert.equal(finished, false, "the event did not wait for the resync");
    for (let index = 0; index < 40; index++) {
      await admin.create(route(`zz/late-${index}`));
      await admin.delete({ ...ROUTES, namespace: "bulk", name: `route-${index * 40}` });
    }
    assert.equal(await running, 204);
    for (const key of tricky) {
      const [namespace = "", name = ""] = key.split("/");
      assert.deepEqual(await dnsNames(admin, namespace, `${name}-tls`), [`${name}.${namespace}.example.com`]);
    }
    // What came and went meanwhile may need one more.
    await release.confirmDeletions();
    assert.equal(await resync({ confirmDeletions: true }), 204);
    await assertConverged();
  });

  test("once converged it lists and does nothing else", async () => {
    const mark = await cluster.auditLog.mark();
    assert.equal(await resync(), 204);
    const made = await requests(mark);
    assert.deepEqual([...new Set(made.map(({ verb }) => verb))], ["list"]);
    const pages = Math.ceil((await keysOf(ROUTES)).length / PAGE);
    for (const resource of ["ingressroutes", "certificates", "dnsendpoints"]) {
      assert.equal(made.filter((entry) => entry.resource === resource).length, pages, resource);
    }
  });

  test("a ping repairs what was deleted or edited, and writes nothing else", async () => {
    const { admin } = cluster;
    const mark = await cluster.auditLog.mark();
    await admin.delete({ ...CERTIFICATES, namespace: "t-x", name: "a-tls" });
    await admin.delete({ ...ENDPOINTS, namespace: "zz", name: "late-3" });
    await admin.patch({ ...ENDPOINTS, namespace: "t", name: "a1" }, { spec: { endpoints: [] } });
    await admin.patch(
      { ...CERTIFICATES, namespace: "t", name: "a-b-tls" },
      { spec: { dnsNames: ["x.example.net"] } },
    );
    await admin.apply(route("t1/a", "edited.example.com"));
    const ping = { type: "dev.knative.sources.ping", data: { message: "hello" } };
    assert.equal((await post(app.url, ping)).status, 204);
    assert.deepEqual(await writes(mark), [
      "patch certificates t-x/a-tls",
      "patch certificates t/a-b-tls",
      "patch certificates t1/a-tls",
      "patch dnsendpoints t/a1",
      "patch dnsendpoints t1/a",
      "patch dnsendpoints zz/late-3",
    ]);
  });

  test("looks only where it is asked to", async () => {
    const { admin } = cluster;
    for (const key of ["t/a", "t/a1", "t-x/a"]) {
      const [namespace = "", name = ""] = key.split("/");
      await admin.delete({ ...ENDPOINTS, namespace, name });
    }
    const mark = await cluster.auditLog.mark();
    assert.equal(await resync({ namespace: "t", name: "a1" }), 204);
    assert.deepEqual(await writes(mark), ["patch dnsendpoints t/a1"]);
    assert.equal(await resync({ namespace: "t" }), 204);
    assert.deepEqual(await writes(mark), ["patch dnsendpoints t/a", "patch dnsendpoints t/a1"]);
    assert.equal(await records(admin, "t-x", "a"), null);
    assert.ok(
      (await requests(mark)).every(
        ({ namespace, resource }) => namespace === "t" || resource === "namespaces",
      ),
    );
    assert.equal(await resync({ namespace: "t-x" }), 204);
    assert.deepEqual(await records(admin, "t-x", "a"), ["a.t-x.example.com A 192.0.2.7"]);
  });

  test("removes orphans", async () => {
    const { admin } = cluster;
    const gone = ["bulk/route-1", "t/a.c", "zz/late-1"];
    for (const key of gone) {
      const [namespace = "", name = ""] = key.split("/");
      await admin.delete({ ...ROUTES, namespace, name });
    }
    const mark = await cluster.auditLog.mark();
    assert.equal(await resync(), 204);
    assert.deepEqual(
      await writes(mark),
      gone.flatMap((key) => [`delete certificates ${key}-tls`, `delete dnsendpoints ${key}`]).sort(),
    );
    await assertConverged();
  });

  test("the deletion limit holds more than a tenth, and ten, until a person confirms; the rest is done", async () => {
    const { admin } = cluster;
    const names = Array.from({ length: 7 }, (_, index) => `brake-${index}`);
    for (const name of names) await admin.create(route(`small/${name}`));
    assert.equal(await resync({ namespace: "small" }), 204);
    // Three by orphans, three by opting out: twelve children in all.
    for (const name of names.slice(0, 3)) await admin.delete({ ...ROUTES, namespace: "small", name });
    for (const name of names.slice(3, 6)) {
      const annotations = { "traefik-cert-rotater.io/ignore": "all" };
      await admin.patch({ ...ROUTES, namespace: "small", name }, { metadata: { annotations } });
    }
    await admin.delete({ ...ENDPOINTS, namespace: "small", name: "brake-6" });
    const mark = await cluster.auditLog.mark();
    const from = app.logs.length;
    assert.equal(await resync({ namespace: "small" }), 204);
    assert.deepEqual(await writes(mark), ["patch dnsendpoints small/brake-6"]);
    const { msg } = await app.logged(({ reason }) => reason === "DeletionBrake", from);
    assert.match(msg, /would delete 12 of \d+ children.*--confirm-deletions/);
    await release.confirmDeletions();
    assert.equal(await resync({ namespace: "small", confirmDeletions: true }), 204);
    assert.deepEqual((await keysOf(ENDPOINTS, "small")).sort(), ["small/brake-6", "small/fast"]);
    assert.deepEqual((await keysOf(CERTIFICATES, "small")).sort(), ["small/brake-6-tls", "small/fast-tls"]);
    for (const name of names.slice(3, 6)) await admin.delete({ ...ROUTES, namespace: "small", name });
  });

  // One over all namespaces, for the order across them; the rest where two pages are all there is.
  for (const [plural, scope] of [
    ["ingressroutes", undefined],
    ["certificates", { namespace: "zz" }],
    ["dnsendpoints", { namespace: "zz" }],
  ] as const) {
    const isList = concerns(plural, "GET");

    test(`410 in the middle of the list of ${plural}: it starts again, and nothing is taken for gone`, async () => {
      const mark = await cluster.auditLog.mark();
      const from = proxy.requests.length;
      let second = true;
      proxy.rule = (request) => {
        if (!isList(request) || !request.query.has("continue") || !second) return null;
        second = false;
        // The token for the rest, at another version: it must not be used.
        const metadata = { continue: request.query.get("continue"), resourceVersion: "1" };
        const body = {
          kind: "Status",
          apiVersion: "v1",
          metadata,
          status: "Failure",
          reason: "Expired",
          code: 410,
        };
        return {
          kind: "answer",
          status: 410,
          body: { ...body, message: "The provided continue parameter is too old" },
        };
      };
      const { status } = await proxied.send(resyncEvent(scope));
      assert.equal(status, 204, JSON.stringify(proxied.logs.at(-1)));
      proxy.rule = null;
      assert.deepEqual(await writes(mark), []);
      const lists = proxy.requests.slice(from).filter(isList);
      assert.equal(lists.filter(({ query }) => !query.has("continue")).length, 2);
    });

    test(`a page of ${plural} that fails: 503, nothing is taken for gone, the next resync is calm`, async () => {
      const mark = await cluster.auditLog.mark();
      const isSecond = (request: Parameters<typeof isList>[0]) =>
        isList(request) && request.query.has("continue");
      proxy.rule = first(1, isSecond, statusAnswer(500, "InternalError"));
      assert.equal((await proxied.send(resyncEvent({ namespace: "zz" }))).status, 503);
      proxy.rule = first(1, isSecond, { kind: "truncate" });
      assert.equal((await proxied.send(resyncEvent({ namespace: "zz" }))).status, 503);
      proxy.rule = null;
      assert.equal((await proxied.send(resyncEvent({ namespace: "zz" }))).status, 204);
      assert.deepEqual(await writes(mark), []);
    });
  }

  test("a list that expires again and again: 503, nothing is taken for gone", async () => {
    const mark = await cluster.auditLog.mark();
    const isRoutes = concerns("ingressroutes", "GET");
    const expired = statusAnswer(410, "Expired");
    proxy.rule = (request) => (isRoutes(request) && request.query.has("continue") ? expired : null);
    assert.equal((await proxied.send(resyncEvent({ namespace: "zz" }))).status, 503);
    proxy.rule = null;
    assert.deepEqual(await writes(mark), []);
  });

  test("kinds that are not served: the other half goes on, nothing is taken for gone", async () => {
    const { admin } = cluster;
    await admin.delete({ ...ENDPOINTS, namespace: "t", name: "a" });
    const mark = await cluster.auditLog.mark();
    const missing = { kind: "answer", status: 404, body: "404 page not found\n" } as const;
    for (const plural of ["certificates", "ingressroutetcps"]) {
      proxy.rule = (request) => (concerns(plural)(request) ? missing : null);
      assert.equal((await proxied.send(resyncEvent({ namespace: "t" }))).status, 204);
    }
    proxy.rule = null;
    assert.deepEqual(await writes(mark), ["patch dnsendpoints t/a"]);
    assert.deepEqual(await warningsOn(admin, "t", "a1"), []);
  });

  test("who asks while one runs shares the next", async () => {
    const mark = await cluster.auditLog.mark();
    let held = false;
    proxy.rule = (request) => {
      if (held || !concerns("ingressroutes", "GET")(request)) return null;
      held = true;
      const first = () => until("six resyncs asked for", async () => proxied.inFlight() === 6);
      return { kind: "after", first };
    };
    const asked = Array.from({ length: 6 }, () => proxied.send(resyncEvent({ namespace: "zz" })));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    proxy.rule = null;
    assert.deepEqual([...new Set(statuses)], [204]);
    const starts = (await requests(mark)).filter(
      ({ resource, uri }) => resource === "ingressroutes" && !uri.includes("continue="),
    );
    assert.equal(starts.length, 2);
  });

  test("it goes on when its caller hangs up", async () => {
    const { admin } = cluster;
    await admin.delete({ ...ENDPOINTS, namespace: "t", name: "a" });
    const caller = new AbortController();
    const listing = proxy.request(concerns("ingressroutes", "GET"));
    const call = post(proxied.url, resyncEvent({ namespace: "t" }), caller.signal);
    await listing;
    caller.abort();
    await assert.rejects(call, { name: "AbortError" });
    await proxied.idle();
    assert.deepEqual(await records(admin, "t", "a"), ["a.t.example.com A 192.0.2.7"]);
  });
});
