/** What the shared control plane gives to tests: kinds, controllers, the audit log, waiting. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { Manifest } from "./admin.ts";
import { createAdmin } from "./admin.ts";
import { countByObject, isWrite } from "./audit-log.ts";
import type { Cluster } from "./cluster.ts";
import { sharedControlPlane } from "./shared.ts";

let cluster: Cluster;
before(async () => {
  cluster = await sharedControlPlane();
});

test("the kinds of all third-party controllers are served", async () => {
  for (const [apiVersion, kind] of [
    ["traefik.io/v1alpha1", "IngressRoute"],
    ["traefik.io/v1alpha1", "IngressRouteTCP"],
    ["cert-manager.io/v1", "Certificate"],
    ["cert-manager.io/v1", "ClusterIssuer"],
    ["externaldns.k8s.io/v1alpha1", "DNSEndpoint"],
    ["serving.knative.dev/v1", "Service"],
    ["sources.knative.dev/v1", "ApiServerSource"],
  ] as const)
    assert.equal(Array.isArray(await cluster.admin.list({ apiVersion, kind })), true, kind);
});

test("the fake for ApiServerSource takes the documented fields and refuses a typing error", async () => {
  const { admin } = cluster;
  const namespace = await admin.createNamespace();
  const route = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute" };
  const source = (spec: object): Manifest => ({
    apiVersion: "sources.knative.dev/v1",
    kind: "ApiServerSource",
    metadata: { name: "routes", namespace },
    spec,
  });
  await admin.apply(
    source({
      mode: "Reference",
      serviceAccountName: "source",
      namespaceSelector: {},
      resources: [{ ...route, selector: { matchLabels: { a: "b" } } }],
      sink: { ref: { apiVersion: "v1", kind: "Service", name: "function" }, uri: "/", audience: "a" },
      ceOverrides: { extensions: { cluster: "one" } },
    }),
  );
  for (const wrong of [
    { resources: [route], serviceAccount: "source" },
    { resources: [{ ...route, labelSelector: {} }] },
    { resources: [route], mode: "Ref" },
    { mode: "Reference" },
  ])
    await assert.rejects(admin.apply(source(wrong)), { name: "ApiError" }, JSON.stringify(wrong));
});

test("the garbage collector removes what a deleted owner owned, of a third party's kind too", async () => {
  const { admin } = cluster;
  const namespace = await admin.createNamespace();
  const owner = await admin.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "owner", namespace },
  });
  const dnsEndpoint = { apiVersion: "externaldns.k8s.io/v1alpha1", kind: "DNSEndpoint" };
  const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid }];
  const metadata = { name: "child", namespace, ownerReferences };
  await admin.create({ ...dnsEndpoint, metadata, spec: { endpoints: [] } });
  await admin.delete({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "owner" });
  assert.equal(
    await admin.waitFor({ ...dnsEndpoint, namespace, name: "child" }, (object) => object === null),
    null,
  );
});

test("a namespace gets its default account, a token of it is accepted, and RBAC holds", async () => {
  const { admin } = cluster;
  const namespace = await admin.createNamespace();
  await admin.waitFor(
    { apiVersion: "v1", kind: "ServiceAccount", namespace, name: "default" },
    (object) => object !== null,
  );
  const token = await admin.token(namespace, "default");
  const account = createAdmin({ url: cluster.url, caPem: cluster.caPem, token });
  await assert.rejects(account.list({ apiVersion: "v1", kind: "Secret", namespace }), {
    status: 403,
    message: new RegExp(`system:serviceaccount:${namespace}:default`),
  });
});

test("the audit log counts requests and writes per object", async () => {
  const { auditLog } = cluster;
  const admin = createAdmin(cluster, "audit-log-test");
  const namespace = await admin.createNamespace();
  const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace } };
  const start = await auditLog.mark();

  await admin.apply({ ...manifest, data: { key: "1" } });
  await admin.apply({ ...manifest, data: { key: "2" } });
  await admin.create({ ...manifest, metadata: { name: "b", namespace } });
  await assert.rejects(admin.create({ ...manifest, metadata: { name: "b", namespace } }), { status: 409 });
  await admin.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "a" });

  const own = (await auditLog.entries(start)).filter(({ userAgent }) => userAgent === "audit-log-test");
  const requests = own.filter(({ resource }) => resource === "configmaps");
  assert.deepEqual(
    requests.map(({ verb, name, code }) => [verb, name, code]),
    [
      ["patch", "a", 201],
      ["patch", "a", 200],
      ["create", "b", 201],
      ["create", "b", 409],
      ["get", "a", 200],
    ],
  );
  assert.deepEqual(Object.fromEntries(countByObject(requests.filter(isWrite))), {
    [`configmaps ${namespace}/a`]: 2,
    [`configmaps ${namespace}/b`]: 1,
  });
  assert.deepEqual(
    (await auditLog.entries(await auditLog.mark())).filter(({ userAgent }) => userAgent === "audit-log-test"),
    [],
  );
});
