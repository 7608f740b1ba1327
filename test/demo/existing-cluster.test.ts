import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { CERTIFICATES, eventsOn, ingressRoute } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { DEMO } from "./existing-cluster.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: DEMO } };

/** One of its own, for the demo wants to be alone with this product in a cluster. It does not know DNSEndpoint. */
let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane({ crds: await loadCrds(["traefik", "cert-manager"]) });
});
after(() => cluster.stop());

async function demo(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath, NO_COLOR: "1" };
  const child = spawn(process.execPath, ["test/demo/main.ts", ...words], { env });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code, stdout, stderr };
}

suite("npm run demo -- --context", () => {
  test("plays in a cluster that was there, leaves the routes of others alone, and nothing behind", async () => {
    const { admin } = cluster;
    const other = await admin.createNamespace("other");
    await admin.apply(ingressRoute({ namespace: other, name: "theirs" }));
    const { code, stdout, stderr } = await demo("--context", "test");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /does not know DNSEndpoint: its definition is added/);
    assert.match(stdout, /the Certificate and the DNSEndpoint are gone/);
    assert.match(stdout, /All of it was seen to happen/);

    assert.deepEqual(await admin.list(CERTIFICATES), []);
    assert.deepEqual(await eventsOn(admin, other, "theirs"), []);
    // A definition that is gone is served until the API server's own cache has caught up.
    await until("DNSEndpoint is not served", () =>
      admin.client.json({ path: "/apis/externaldns.k8s.io/v1alpha1" }).then(
        () => false,
        (error: Error) => error.message.includes("404"),
      ),
    );
    assert.equal(await admin.get({ ...namespace, name: DEMO }), null);
    for (const kind of ["ClusterRole", "ClusterRoleBinding"]) {
      const names = (await admin.list({ apiVersion: RBAC, kind })).map(({ metadata }) => metadata.name);
      assert.deepEqual(
        names.filter((name) => name.includes(DEMO)),
        [],
      );
    }
  });

  test("refuses the namespace of another demo, and leaves it", async () => {
    await cluster.admin.create(namespace);
    const { code, stderr } = await demo("--context", "test");
    assert.equal(code, 1);
    assert.match(stderr, /^\nnamespace traefik-cert-rotater-demo exists in context test already: .*\n$/);
    assert.ok(await cluster.admin.get({ ...namespace, name: DEMO }));
    await cluster.admin.delete({ ...namespace, name: DEMO });
  });

  test("refuses a cluster that has the product already", async () => {
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
    const labels = { "app.kubernetes.io/part-of": "traefik-cert-rotation" };
    const binding = { apiVersion: RBAC, kind: "ClusterRoleBinding", metadata: { name: "edge:tcr", labels } };
    await cluster.admin.create({ ...binding, roleRef });
    const { code, stderr } = await demo("--context", "test");
    assert.equal(code, 1);
    assert.match(stderr, /^\nTraefik-cert-rotater is installed .* \(ClusterRoleBinding edge:tcr\): .*\n$/);
    await cluster.admin.delete({ ...binding, name: "edge:tcr" });
  });

  test("names the contexts there are, and shows how it is used", async () => {
    const unknown = await demo("--context", "production");
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^\n[^\n]*there is no context production, only test[^\n]*\n$/);
    const mistyped = await demo("--contxt", "test");
    assert.equal(mistyped.code, 2);
    assert.match(mistyped.stderr, /usage: npm run demo/);
  });
});
