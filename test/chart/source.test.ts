import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, only, type Rendered, render, servedKinds } from "./render.ts";

const OURS = { matchLabels: { "kubernetes.io/managed-by": "Traefik-cert-rotater" } };
const ROUTES = [
  { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute" },
  { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteTCP" },
  { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteUDP" },
];

async function watched(suffix: string, values: object = {}, flags: readonly string[] = []): Promise<unknown> {
  return at(only(await render(values, undefined, flags), "ApiServerSource", suffix), "spec.resources");
}

/** What each source watches, by the end of its name. */
function sourcesOf(objects: readonly Rendered[]): Readonly<Record<string, readonly string[]>> {
  const sources = objects.filter(({ kind }) => kind === "ApiServerSource");
  const kindsOf = (source: Rendered) =>
    (at(source, "spec.resources") as { kind: string }[]).map(({ kind }) => kind);
  return Object.fromEntries(
    sources.map((source) => [
      source.metadata.name.replace("traefik-cert-rotation-", ""),
      kindsOf(source).filter((kind) => !kind.startsWith("IngressRoute")),
    ]),
  );
}

suite("ApiServerSources", () => {
  test("send names of objects of all namespaces to the function", async () => {
    const objects = await render();
    for (const suffix of ["-routes", "-children-certmanager", "-children-externaldns"]) {
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
    const noDns = { externalDNS: { enabled: false, onDisable: "delete" } };
    const children = (values: object) =>
      watched("-children", values, servedKinds("Certificate", "DNSEndpoint"));
    assert.deepEqual(await children({}), [certificate, endpoint]);
    assert.deepEqual(await children({ integrations: { certManager: { enabled: false } } }), [endpoint]);
    assert.deepEqual(await children({ integrations: noDns }), [certificate]);
  });

  const all = ["Service", "Certificate", "DNSEndpoint"];
  const apart = {
    routes: ["Service"],
    "children-certmanager": ["Certificate"],
    "children-externaldns": ["DNSEndpoint"],
  };
  for (const [title, values, flags, expected] of [
    ["each kind of child apart where nobody knows what is served", {}, [], apart],
    [
      "one where all is served",
      {},
      servedKinds("IngressRoute", "Certificate", "DNSEndpoint"),
      { routes: all },
    ],
    [
      "children apart, and only those that are served, where one is not",
      {},
      servedKinds("IngressRoute", "Certificate"),
      { routes: ["Service"], children: ["Certificate"] },
    ],
    [
      "children apart while Traefik is not there",
      {},
      servedKinds("Certificate", "DNSEndpoint"),
      { routes: ["Service"], children: ["Certificate", "DNSEndpoint"] },
    ],
    ["one where a value says that all is served", { source: { children: "always" } }, [], { routes: all }],
    [
      "none for children where a value says so",
      { source: { children: "never" } },
      [],
      { routes: ["Service"] },
    ],
    ["none at all where a value says so", { source: { mode: "none" } }, [], {}],
  ] as const) {
    test(`are as few as can be: ${title}`, async () => {
      assert.deepEqual(sourcesOf(await render(values, undefined, flags)), expected);
    });
  }

  test("of mode none leave nothing of Knative Eventing, and no rights of theirs", async () => {
    const objects = await render({ source: { mode: "none" }, serving: { mode: "deployment" } });
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.deepEqual(
      names.filter((name) => name.includes("source")),
      [],
    );
    assert.deepEqual(
      objects.filter(({ apiVersion }) => apiVersion.includes("knative")),
      [],
    );
  });

  test("for children: none without an integration, for a source needs a resource", async () => {
    const objects = await render({
      integrations: { certManager: { enabled: false }, externalDNS: { enabled: false } },
    });
    assert.deepEqual(at(only(objects, "ApiServerSource"), "spec.resources"), ROUTES);
  });
});
