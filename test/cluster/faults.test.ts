/**
 * What goes wrong around a function in a pod.
 *
 * @module
 */
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { isWrite } from "../control-plane/audit-log.ts";
import { changeEvent, post, resyncEvent } from "../integration/harness/cloud-events.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  ingressRoute,
  mustGet,
  namesOf,
  ROUTES,
} from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { createFunctionPod, deleteFunctionPod, exitCode, readyUrl } from "./harness/function-pod.ts";
import { productUrl } from "./harness/product.ts";
import { sendEvent } from "./harness/request.ts";
import { type ClusterWorld, enterCluster } from "./harness/world.ts";
import { startApiServer, stopApiServer } from "./host/control.ts";
import { podLogsFolder } from "./layout.ts";

let world: ClusterWorld;

before(async () => {
  world = await enterCluster();
});
after(async () => {
  await world?.stop();
});

test("the image without a configuration file starts with the defaults", async () => {
  const { admin } = world;
  const namespace = await admin.createNamespace("no-config");
  await createFunctionPod(admin, "no-config", []);
  const url = await readyUrl(admin, "no-config");
  await admin.apply(ingressRoute({ namespace, name: "shop" }));
  const { status } = await post(url, changeEvent("add", { ...ROUTES, namespace, name: "shop" }));
  assert.equal(status, 204);
  await mustGet(admin, { ...CERTIFICATES, namespace, name: "shop-tls" });
  await deleteFunctionPod(admin, "no-config");
});

test("a configuration file that cannot be read ends the function, which says why", async () => {
  const { admin, release } = world;
  await createFunctionPod(admin, "bad-config", ["--config", "/etc/traefik-cert-rotater/absent.json"]);
  assert.equal(await exitCode(admin, "bad-config"), 2);
  const logs: string[] = [];
  for await (const path of glob(`${podLogsFolder}/${release.namespace}_bad-config_*/function/*.log`))
    logs.push(await readFile(path, "utf8"));
  assert.match(logs.join(""), /cannot start: .*absent\.json/);
  await deleteFunctionPod(admin, "bad-config");
});

test("two replicas that get events of one route at once make its children once", async () => {
  const { admin, cluster, sources } = world;
  const namespace = await admin.createNamespace("two");
  await Promise.all(["one", "two"].map((name) => createFunctionPod(admin, name)));
  const urls = await Promise.all(["one", "two"].map((name) => readyUrl(admin, name)));
  const routes = Array.from({ length: 10 }, (_, index) => `two-${index}`);
  const mark = await cluster.auditLog.mark();
  await Promise.all(routes.map((name) => admin.apply(ingressRoute({ namespace, name }))));
  const sent = urls.flatMap((url) =>
    routes.map((name) => post(url, changeEvent("add", { ...ROUTES, namespace, name }))),
  );
  for (const { status } of await Promise.all(sent)) assert.equal(status, 204);
  // The sources sent to the third, the one on Knative, too.
  const isHere = ({ subject }: { subject: string }) => subject.includes(`/namespaces/${namespace}/`);
  await until("all events are answered", async () => sources.deliveries().filter(isHere).length >= 30);
  const requests = (await world.requests(mark)).filter((entry) => entry.namespace === namespace);
  const children = requests.filter(isWrite).filter(({ group }) => group !== "events.k8s.io");
  assert.equal(children.length, 20, "one write for each child");
  assert.deepEqual(await namesOf(admin, { ...ENDPOINTS, namespace }), routes.toSorted());
  for (const name of ["one", "two"]) await deleteFunctionPod(admin, name);
});

test("a pod that is killed in the middle of its work: the rest is done by the next one", async () => {
  const { admin, pods } = world;
  const namespace = await admin.createNamespace("killed");
  await world.asleep();
  // Hosts of its own: one that another namespace holds is taken away again by the resync.
  const names = Array.from({ length: 30 }, (_, index) => `killed-${index}`);
  await Promise.all(names.map((name) => admin.apply(ingressRoute({ namespace, name }))));
  await until("the first child", async () => (await admin.list({ ...ENDPOINTS, namespace })).length > 0);
  const [pod] = pods.now();
  assert.ok(pod !== undefined);
  const path = await admin.resolver.path({ apiVersion: "v1", kind: "Pod", ...pod.metadata });
  const body = { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 };
  await admin.client.json({ method: "DELETE", path, body });
  // Events that the source has given up meanwhile are what the resync is for.
  const { status } = await sendEvent(productUrl, resyncEvent().type);
  assert.equal(status, 204);
  await until("all children", async () => {
    const [endpoints, certificates] = await Promise.all([
      admin.list({ ...ENDPOINTS, namespace }),
      admin.list({ ...CERTIFICATES, namespace }),
    ]);
    return endpoints.length === names.length && certificates.length === names.length;
  });
});

test("no API server: the function answers 503, and the same event succeeds once it is back", async () => {
  const { admin } = world;
  const namespace = await admin.createNamespace("outage");
  await admin.apply(ingressRoute({ namespace, name: "outage" }));
  await createFunctionPod(admin, "outage");
  const url = await readyUrl(admin, "outage");
  const event = changeEvent("add", { ...ROUTES, namespace, name: "outage" });
  await stopApiServer();
  try {
    assert.equal((await post(url, event)).status, 503);
  } finally {
    await startApiServer();
  }
  assert.equal((await post(url, event)).status, 204);
  await mustGet(admin, { ...CERTIFICATES, namespace, name: "outage-tls" });
  await deleteFunctionPod(admin, "outage");
});
