import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, only, render } from "./render.ts";

const OURS = { matchLabels: { "kubernetes.io/managed-by": "Traefik-cert-rotater" } };
const ROUTES = [
  { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute" },
  { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteTCP" },
  { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteUDP" },
];

async function watched(suffix: "-routes" | "-children", values: object = {}): Promise<unknown> {
  return at(only(await render(values), "ApiServerSource", suffix), "spec.resources");
}

suite("ApiServerSources", () => {
  test("send names of objects of all namespaces to the function", async () => {
    const objects = await render();
    for (const suffix of ["-routes", "-children"]) {
      const source = only(objects, "ApiServerSource", suffix);
      const { resources: _resources, ...spec } = at(source, "spec") as Record<string, unknown>;
      assert.deepEqual(spec, {
        mode: "Reference",
        serviceAccountName: "traefik-cert-rotation-source",
        namespaceSelector: {},
        sink: {
          ref: {
            apiVersion: "serving.knative.dev/v1",
            kind: "Service",
            name: "traefik-cert-rotation",
            namespace: "traefik-cert-rotation",
          },
        },
      });
      assert.deepEqual(source.metadata.annotations, {
        "features.knative.dev/apiserversource-skip-permissions-check": "true",
      });
    }
  });

  test("take mode and permission check from the values", async () => {
    const objects = await render({ source: { mode: "Resource", skipPermissionsCheck: false } });
    const source = only(objects, "ApiServerSource", "-routes");
    assert.equal(at(source, "spec.mode"), "Resource");
    assert.equal(source.metadata.annotations, undefined);
  });

  test("watch routes and the target Service", async () => {
    const service = { apiVersion: "v1", kind: "Service" };
    const traefik = { matchLabels: { "app.kubernetes.io/name": "traefik" } };
    assert.deepEqual(await watched("-routes"), [...ROUTES, { ...service, selector: traefik }]);
    const targetServiceSelector = { "app.kubernetes.io/name": null, app: "edge" };
    assert.deepEqual(await watched("-routes", { source: { targetServiceSelector } }), [
      ...ROUTES,
      { ...service, selector: { matchLabels: { app: "edge" } } },
    ]);
  });

  test("watch no Service where none is a target", async () => {
    const externalDNS = { targetIPs: ["192.0.2.1"] };
    assert.deepEqual(await watched("-routes", { integrations: { externalDNS } }), ROUTES);
    assert.deepEqual(await watched("-routes", { integrations: { externalDNS: { enabled: false } } }), ROUTES);
  });

  test("watch no IngressRouteUDPs where a value says so", async () => {
    const externalDNS = { enabled: false };
    const resources = await watched("-routes", { selector: { udp: false }, integrations: { externalDNS } });
    assert.deepEqual(resources, ROUTES.slice(0, 2));
  });

  test("watch the legacy group where a value says so", async () => {
    assert.deepEqual(
      await watched("-routes", {
        selector: { legacyGroup: true },
        integrations: { externalDNS: { enabled: false } },
      }),
      [...ROUTES, ...ROUTES.map(({ kind }) => ({ apiVersion: "traefik.containo.us/v1alpha1", kind }))],
    );
  });

  test("watch our children of enabled integrations only", async () => {
    const certificate = { apiVersion: "cert-manager.io/v1", kind: "Certificate", selector: OURS };
    const endpoint = { apiVersion: "externaldns.k8s.io/v1alpha1", kind: "DNSEndpoint", selector: OURS };
    assert.deepEqual(await watched("-children"), [certificate, endpoint]);
    assert.deepEqual(await watched("-children", { integrations: { certManager: { enabled: false } } }), [
      endpoint,
    ]);
    assert.deepEqual(
      await watched("-children", { integrations: { externalDNS: { enabled: false, onDisable: "delete" } } }),
      [certificate],
    );
  });

  test("for children: none without an integration, for a source needs a resource", async () => {
    const objects = await render({
      integrations: { certManager: { enabled: false }, externalDNS: { enabled: false } },
    });
    assert.deepEqual(at(only(objects, "ApiServerSource"), "spec.resources"), ROUTES);
  });
});
