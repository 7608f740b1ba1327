import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Cluster } from "./cluster.ts";
import { runHelm } from "./helm.ts";
import { sharedControlPlane } from "./shared.ts";

let cluster: Cluster;
let chart: string;
before(async () => {
  cluster = await sharedControlPlane();
  chart = await mkdtemp(join(tmpdir(), "helm-test-"));
  await mkdir(join(chart, "templates"));
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: example\nversion: 0.1.0\n");
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { namespaces: '{{ len (lookup "v1" "Namespace" "" "kube-system") }}' },
  };
  await writeFile(join(chart, "templates/a.yaml"), JSON.stringify(configMap).replaceAll('\\"', '"'));
});
after(() => rm(chart, { recursive: true }));

test("helm installs, upgrades and uninstalls a chart on the control plane", async () => {
  const namespace = await cluster.admin.createNamespace("helm");
  const name = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "a" };
  const install = await runHelm(["install", "example", chart, "--namespace", namespace], cluster);
  assert.deepEqual([install.code, install.stderr], [0, ""]);
  assert.match(install.stdout, /STATUS: deployed/);
  assert.notEqual(await cluster.admin.get(name), null);
  const upgrade = await runHelm(["upgrade", "example", chart, "--namespace", namespace], cluster);
  assert.match(upgrade.stdout, /REVISION: 2/);
  const uninstall = await runHelm(["uninstall", "example", "--namespace", namespace], cluster);
  assert.equal(uninstall.code, 0, uninstall.stderr);
  assert.equal(await cluster.admin.get(name), null);
});

test("helm template needs no cluster", async () => {
  const { code, stdout, stderr } = await runHelm(["template", "example", chart]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /"namespaces":"0"/);
});

test("a failure is its exit code and what helm said", async () => {
  const { code, stderr } = await runHelm(["status", "no-such-release"], cluster);
  assert.equal(code, 1);
  assert.match(stderr, /release: not found/);
});
