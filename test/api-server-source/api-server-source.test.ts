/** The fake behind a real API server, before a real HTTP sink. */
import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { startApiServerSource } from "./api-server-source.ts";
import type { SourceConfig, WatchedResource } from "./config.ts";
import { retryDelays } from "./deliver.ts";
import { type Answer, startSink } from "./sink.ts";

let cluster: Cluster;
before(async () => {
  cluster = await sharedControlPlane();
});

const core = (plural: string, selector = ""): WatchedResource => ({
  resource: { group: "", version: "v1", plural },
  selector,
});
const routes: WatchedResource = {
  resource: { group: "traefik.io", version: "v1alpha1", plural: "ingressroutes" },
  selector: "",
};
const configMap = (namespace: string, name: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace, ...more },
});

/** A namespace with a source for it and a sink, ended with the test. */
async function setUp(
  context: TestContext,
  config: Partial<SourceConfig>,
  answer?: Answer,
  existing: string[] = [],
) {
  const namespace = await cluster.admin.createNamespace("source");
  for (const name of existing) await cluster.admin.create(configMap(namespace, name));
  const sink = await startSink(answer);
  context.after(() => sink.stop());
  const log: string[] = [];
  const source = await startApiServerSource({
    connection: cluster,
    config: {
      resources: [core("configmaps", "!hidden")],
      mode: "Reference",
      namespaces: [namespace],
      sink: sink.url,
      extensions: {},
      namespace: "knative-home",
      ...config,
    },
    delays: retryDelays.map(() => 1),
    log: (message) => log.push(message),
  });
  context.after(() => source.stop());
  return { namespace, sink, source, log };
}

const named = (name: string) => (event: { headers: Record<string, unknown> }) =>
  event.headers["ce-name"] === name;

test("by reference: one event for each change, none for what existed before", async (context) => {
  const { namespace, sink, source } = await setUp(context, {
    resources: [routes],
    extensions: { cluster: "one" },
  });
  const route = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name: "web", namespace },
    spec: { routes: [{ kind: "Rule", match: "Host(`a.example`)" }] },
  };
  await cluster.admin.create(route);
  await source.delivery(({ type }) => type.endsWith("add"));
  await cluster.admin.patch({ ...route, namespace, name: "web" }, { metadata: { labels: { a: "b" } } });
  await source.delivery(({ type }) => type.endsWith("update"));
  await cluster.admin.delete({ ...route, namespace, name: "web" });
  await source.delivery(({ type }) => type.endsWith("delete"));

  assert.deepEqual(
    sink.received.map(({ headers }) => headers["ce-type"]),
    ["add", "update", "delete"].map((verb) => `dev.knative.apiserver.ref.${verb}`),
  );
  assert.equal(new Set(sink.received.map(({ headers }) => headers["ce-id"])).size, 3);
  const [{ headers, body, method, path } = assert.fail()] = sink.received;
  assert.equal(`${method} ${path}`, "POST /");
  assert.equal(
    body,
    `{"kind":"IngressRoute","namespace":"${namespace}","name":"web","apiVersion":"traefik.io/v1alpha1"}`,
  );
  const { "ce-id": id, "ce-time": time, host: _, connection: __, ...rest } = headers;
  assert.match(String(id), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number.isNaN(Date.parse(String(time))), false);
  assert.deepEqual(rest, {
    "ce-specversion": "1.0",
    "ce-type": "dev.knative.apiserver.ref.add",
    "ce-source": cluster.url,
    "ce-subject": `/apis/traefik.io/v1alpha1/namespaces/${namespace}/ingressroutes/web`,
    "ce-kind": "IngressRoute",
    "ce-apiversion": "traefik.io/v1alpha1",
    "ce-name": "web",
    "ce-namespace": namespace,
    "ce-cluster": "one",
    "kn-namespace": "knative-home",
    "content-type": "application/json",
    "content-length": String(body.length),
  });
});

test("nothing is said about what existed before", async (context) => {
  const { namespace, sink, source } = await setUp(context, {}, undefined, ["old"]);
  await cluster.admin.create(configMap(namespace, "new"));
  await source.delivery(({ subject }) => subject.endsWith("/new"));
  assert.deepEqual(
    sink.received.map(({ headers }) => headers["ce-subject"]),
    [`/apis/v1/namespaces/${namespace}/configmaps/new`],
  );
});

test("in resource mode the whole object is sent, managed fields included", async (context) => {
  const { namespace, sink } = await setUp(context, { mode: "Resource" });
  const created = await cluster.admin.create({ ...configMap(namespace, "a"), data: { key: "value" } });
  const { headers, body } = await sink.request(named("a"));
  assert.equal(headers["ce-type"], "dev.knative.apiserver.resource.add");
  assert.deepEqual(JSON.parse(body), created);
  assert.equal(created.metadata.managedFields?.length, 1);
});

test("an object that loses the label arrives as a delete, and lives", async (context) => {
  const { namespace, sink } = await setUp(context, { resources: [core("configmaps", "ours=yes")] });
  await cluster.admin.create(configMap(namespace, "other"));
  await cluster.admin.create(configMap(namespace, "a", { labels: { ours: "yes" } }));
  const target = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "a" };
  await cluster.admin.patch(target, { metadata: { labels: { ours: null } } });
  await sink.request(({ headers }) => headers["ce-type"] === "dev.knative.apiserver.ref.delete");
  assert.deepEqual(
    sink.received.map(({ headers }) => `${headers["ce-name"]} ${headers["ce-type"]}`),
    ["a dev.knative.apiserver.ref.add", "a dev.knative.apiserver.ref.delete"],
  );
  assert.notEqual(await cluster.admin.get(target), null);
});

test("a slow answer blocks its own resource and no other", async (context) => {
  const { promise: released, resolve: release } = Promise.withResolvers<number>();
  const { namespace, sink, source } = await setUp(
    context,
    { resources: [core("configmaps", "!hidden"), core("secrets")] },
    (event) => (named("slow")(event) ? released : 202),
  );
  await cluster.admin.create(configMap(namespace, "slow"));
  await sink.request(named("slow"));
  await cluster.admin.create(configMap(namespace, "waiting"));
  for (const name of ["one", "two"]) {
    await cluster.admin.create({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace } });
    await source.delivery(({ subject }) => subject.endsWith(`/secrets/${name}`));
  }
  const names = () => sink.received.map(({ headers }) => headers["ce-name"]);
  assert.deepEqual(names(), ["slow", "one", "two"]);
  release(202);
  await source.delivery(({ subject }) => subject.endsWith("/waiting"));
  assert.deepEqual(names(), ["slow", "one", "two", "waiting"]);
});

test("each status is sent again or dropped as the adapter does, under one id", async (context) => {
  const { namespace, sink, source } = await setUp(context, {}, ({ headers }) => {
    const status = Number(String(headers["ce-name"]).slice(1));
    return status === 0 ? null : status;
  });
  const sends: Record<string, number> = {};
  for (const status of [200, 400, 404, 408, 409, 413, 425, 429, 500, 501, 502, 503, 504, 0]) {
    await cluster.admin.create(configMap(namespace, `s${status}`));
    const { statuses, outcome, id } = await source.delivery(({ subject }) => subject.endsWith(`/s${status}`));
    sends[`${status} ${outcome}`] = statuses.length;
    assert.deepEqual(new Set(statuses), new Set([status]));
    const ids = sink.received.filter(named(`s${status}`)).map(({ headers }) => headers["ce-id"]);
    assert.deepEqual(
      ids,
      statuses.map(() => id),
    );
  }
  assert.deepEqual(sends, {
    "200 delivered": 1,
    "400 dropped": 1,
    "404 dropped": 6,
    "408 dropped": 1,
    "409 dropped": 1,
    "413 dropped": 6,
    "425 dropped": 6,
    "429 dropped": 6,
    "500 dropped": 1,
    "501 dropped": 1,
    "502 dropped": 6,
    "503 dropped": 6,
    "504 dropped": 6,
    "0 dropped": 6,
  });
  assert.deepEqual(retryDelays, [100, 200, 400, 800, 1600]);
});

test("an event is delivered once the sink recovers", async (context) => {
  const answers = [503, null, 204];
  const { namespace, source } = await setUp(context, {}, () => answers.shift() ?? null);
  await cluster.admin.create(configMap(namespace, "a"));
  const { statuses, outcome } = await source.delivery(() => true);
  assert.deepEqual([statuses, outcome], [[503, 0, 204], "delivered"]);
});

test("a group that is not served stops the whole source; a missing kind only itself", async (context) => {
  const absent = { resource: { group: "absent.example", version: "v1", plural: "things" }, selector: "" };
  await assert.rejects(setUp(context, { resources: [routes, absent] }), { name: "ApiError", status: 404 });
  const { namespace, sink, log } = await setUp(context, { resources: [core("things"), core("configmaps")] });
  assert.deepEqual(log, ["/api/v1 has no things: skipped"]);
  await cluster.admin.create(configMap(namespace, "a"));
  await sink.request(named("a"));
});

test("all namespaces are watched when asked", async (context) => {
  const { sink } = await setUp(context, {
    namespaces: "all",
    resources: [core("configmaps", "everywhere=yes")],
  });
  const other = await cluster.admin.createNamespace("source");
  await cluster.admin.create(configMap(other, "a", { labels: { everywhere: "yes" } }));
  const { headers } = await sink.request(named("a"));
  assert.equal(headers["ce-namespace"], other);
});
