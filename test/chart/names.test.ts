import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, type Rendered, render } from "./render.ts";

/** What a controller adds to the names of its objects' children leaves so many characters. */
const LIMITS: Readonly<Record<string, number>> = { CronJob: 52, Job: 63 };

function keyOf({ apiVersion, kind, metadata }: Rendered): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

suite("names and labels", () => {
  test("of the standard release are short", async () => {
    const names = (await render()).map(({ metadata }) => metadata.name);
    assert.deepEqual([...new Set(names)].map((name) => name.replace(/-[0-9a-f]{8}$/, "-HASH")).sort(), [
      "traefik-cert-rotation",
      "traefik-cert-rotation-children-certmanager",
      "traefik-cert-rotation-children-externaldns",
      "traefik-cert-rotation-config",
      "traefik-cert-rotation-function",
      "traefik-cert-rotation-resync",
      "traefik-cert-rotation-resync-HASH",
      "traefik-cert-rotation-routes",
      "traefik-cert-rotation-source",
      "traefik-cert-rotation:traefik-cert-rotation",
      "traefik-cert-rotation:traefik-cert-rotation:source",
    ]);
  });

  test("of two releases in one namespace stay apart, however long they are", async () => {
    const long = "a".repeat(52);
    const render2 = (end: string) => render({}, { name: `${long}${end}`, namespace: "edge" });
    const keys = [...(await render2("1")), ...(await render2("2"))].map(keyOf);
    assert.equal(new Set(keys).size, keys.length);
  });

  test("of long releases keep Kubernetes' limits", async () => {
    for (const { kind, metadata } of await render({}, { name: "a".repeat(53), namespace: "b".repeat(63) })) {
      assert.ok(metadata.name.length <= (LIMITS[kind] ?? (kind.startsWith("ClusterRole") ? 253 : 63)), kind);
      for (const value of Object.values(metadata.labels)) assert.ok(value.length <= 63, value);
    }
  });

  test("that no Service can have are refused, in each mode, with what to set instead", async () => {
    for (const mode of ["knative", "deployment"])
      for (const name of ["edge.public", "1st"]) {
        const at = { name, namespace: "edge" };
        const refused = render({ serving: { mode } }, at);
        await assert.rejects(refused, /cannot be the name of a Service, .*: set fullnameOverride/);
        await render({ serving: { mode }, fullnameOverride: "edge" }, at);
      }
  });

  test("can be overridden", async () => {
    const names = async (values: object) =>
      (await render(values, { name: "a", namespace: "b" }))
        .filter(({ kind }) => kind === "ConfigMap")
        .map(({ metadata }) => metadata.name);
    assert.deepEqual(await names({ nameOverride: "dns" }), ["a-dns-config"]);
    assert.deepEqual(await names({ fullnameOverride: "dns" }), ["dns-config"]);
  });

  test("every object is labelled, and placed where Helm installs", async () => {
    const objects = await render({ commonLabels: { team: "edge" } }, { name: "a", namespace: "b" });
    for (const object of objects) {
      assert.equal(object.metadata.labels["app.kubernetes.io/instance"], "a", keyOf(object));
      assert.equal(object.metadata.labels.team, "edge", keyOf(object));
      const clusterWide = object.kind.startsWith("ClusterRole");
      assert.equal(object.metadata.namespace, clusterWide ? undefined : "b", keyOf(object));
    }
  });

  test("of accounts, sources and roles fit together under any release name", async () => {
    const objects = await render({}, { name: "a".repeat(53), namespace: "b" });
    const has = (kind: string, name: unknown) =>
      objects.some((object) => object.kind === kind && object.metadata.name === name);
    for (const object of objects) {
      if (object.kind === "ClusterRoleBinding") {
        assert.ok(has("ClusterRole", at(object, "roleRef.name")));
        assert.ok(has("ServiceAccount", at(object, "subjects.0.name")));
      }
      if (object.kind === "ApiServerSource") {
        assert.ok(has("ServiceAccount", at(object, "spec.serviceAccountName")));
        assert.ok(has("Service", at(object, "spec.sink.ref.name")));
      }
    }
  });
});
