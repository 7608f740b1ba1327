import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { parseRoute, routesNeedRegexp } from "./ingress-route.ts";
import type { RouteDescription } from "./route-description.ts";
import { compileRegexp } from "./rule/regexp.lazy.ts";

function route(spec: unknown, more: Partial<KubernetesObject> = {}): KubernetesObject {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name: "web", namespace: "shop", uid: "u1", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec,
    ...more,
  };
}

function describe(spec: unknown, more: Partial<KubernetesObject> = {}): RouteDescription {
  return parseRoute(route(spec, more), { compileRegexp });
}

function fieldsOf({ problems }: RouteDescription): (string | null)[] {
  return problems.map(({ field }) => field);
}

const rule = { match: "Host(`a.com`)" };

test("an IngressRoute becomes its description", () => {
  const description = describe({
    ingressClassName: "internal",
    routes: [
      {
        kind: "Rule",
        match: "Host(`b.com`) && PathPrefix(`/api`)",
        services: [
          { name: "api", port: 80 },
          { name: "ts", kind: "TraefikService", namespace: "other", weight: 3 },
        ],
      },
      { match: "Host(`A.com`, `b.com`)", syntax: "v2", services: [{ name: "web", port: "http" }] },
    ],
    tls: {
      secretName: "cert",
      certResolver: "le",
      domains: [{ main: "B.com", sans: ["*.a.com", "a_b.com"] }],
    },
  });
  assert.deepEqual(description, {
    route: { kind: "IngressRoute", group: "traefik.io", namespace: "shop", name: "web" },
    uid: "u1",
    createdAt: "2026-01-01T00:00:00Z",
    annotations: {},
    ingressClass: "internal",
    rules: [
      {
        match: "Host(`b.com`) && PathPrefix(`/api`)",
        syntax: "v3",
        domains: ["b.com"],
        paths: ["/api"],
        services: [
          { name: "api", namespace: "shop", port: 80, kind: "Service", weight: null },
          { name: "ts", namespace: "other", port: null, kind: "TraefikService", weight: 3 },
        ],
        error: null,
      },
      {
        match: "Host(`A.com`, `b.com`)",
        syntax: "v2",
        domains: ["a.com", "b.com"],
        paths: [],
        services: [{ name: "web", namespace: "shop", port: "http", kind: "Service", weight: null }],
        error: null,
      },
    ],
    hosts: ["a.com", "b.com"],
    extraNames: {},
    tls: { secretName: "cert", passthrough: false, certResolver: "le", domains: ["*.a.com", "b.com"] },
    incomplete: false,
    undecidable: false,
    problems: description.problems,
  });
  assert.deepEqual(fieldsOf(description), ["spec.tls.domains[0].sans[1]"]);
});

test("an IngressRouteTCP of the old group is read as one", () => {
  const {
    route: reference,
    hosts,
    tls,
  } = describe(
    { routes: [{ match: "HostSNI(`db.com`)" }], tls: { passthrough: true } },
    { apiVersion: "traefik.containo.us/v1alpha1", kind: "IngressRouteTCP" },
  );
  assert.deepEqual(reference, {
    kind: "IngressRouteTCP",
    group: "traefik.containo.us",
    namespace: "shop",
    name: "web",
  });
  assert.deepEqual(hosts, ["db.com"]);
  assert.deepEqual(tls, { secretName: null, passthrough: true, certResolver: null, domains: [] });
});

test("a rule with an error costs only itself", () => {
  const description = describe({
    routes: [{ match: "Hots(`x.com`)" }, { match: "Host(`y.com`, `z.com`)" }, rule],
  });
  assert.deepEqual(description.hosts, ["a.com"]);
  assert.deepEqual(
    description.rules.map(({ error }) => error?.stage),
    ["parse", "load", undefined],
  );
  assert.equal(description.incomplete, true);
  assert.equal(description.undecidable, false);
  assert.deepEqual(
    description.problems.map(({ reason, field }) => [reason, field]),
    [
      ["InvalidRule", "spec.routes[0].match"],
      ["InvalidRule", "spec.routes[1].match"],
    ],
  );
});

test("an unusable host costs only itself and leaves the description complete", () => {
  const description = describe({ routes: [{ match: "Host(`*`) || Host(`a.com`)" }] });
  assert.deepEqual([description.hosts, description.incomplete], [["a.com"], false]);
  assert.deepEqual(fieldsOf(description), ["spec.routes[0].match"]);
});

test("kind is optional; other kinds are skipped and told, for HTTP only", () => {
  const routes = [
    { ...rule, kind: "Weird" },
    { match: "Host(`b.com`)", kind: "" },
  ];
  const description = describe({ routes });
  assert.deepEqual([description.hosts, description.incomplete], [["b.com"], false]);
  assert.deepEqual(fieldsOf(description), ["spec.routes[0].kind"]);
  const tcp = describe(
    { routes: [{ match: "HostSNI(`a.com`)", kind: "Weird" }] },
    { kind: "IngressRouteTCP" },
  );
  assert.deepEqual(tcp.hosts, ["a.com"]);
});

test("the class field, even empty, beats the annotation", () => {
  const metadata = { name: "web", annotations: { "kubernetes.io/ingress.class": "old" } };
  assert.equal(describe({ routes: [rule], ingressClassName: "" }, { metadata }).ingressClass, "");
  assert.equal(describe({ routes: [rule], ingressClassName: null }, { metadata }).ingressClass, "old");
  assert.equal(describe({ routes: [rule] }).ingressClass, null);
  const empty = { name: "web", annotations: { "kubernetes.io/ingress.class": "" } };
  assert.equal(describe({ routes: [rule] }, { metadata: empty }).ingressClass, null);
});

test("a child of other routes has no hosts and is undecidable", () => {
  const description = describe({ parentRefs: [{ name: "root" }], routes: [rule] });
  assert.deepEqual([description.hosts, description.incomplete, description.undecidable], [[], false, true]);
  assert.deepEqual(description.problems, []);
  assert.deepEqual(description.rules[0]?.domains, ["a.com"]);
  assert.deepEqual(fieldsOf(describe({ parentRefs: [{ name: "root" }], routes: [rule], tls: {} })), [
    "spec.tls",
  ]);
  assert.equal(describe({ parentRefs: [], routes: [rule] }).undecidable, false);
});

test("tls without a secret is not tls without a section", () => {
  assert.deepEqual(describe({ routes: [rule], tls: {} }).tls, {
    secretName: null,
    passthrough: false,
    certResolver: null,
    domains: [],
  });
  assert.equal(describe({ routes: [rule] }).tls, null);
  assert.equal(describe({ routes: [rule], tls: null }).tls, null);
});

test("wrong types name their field and decide how much is unknown", () => {
  const cases: [spec: unknown, field: string, incomplete: boolean, undecidable: boolean][] = [
    [undefined, "spec", true, true],
    ["x", "spec", true, true],
    [{}, "spec.routes", true, false],
    [{ routes: "x" }, "spec.routes", true, false],
    [{ routes: [5] }, "spec.routes[0]", true, false],
    [{ routes: [{ match: 5 }] }, "spec.routes[0].match", true, false],
    [{ routes: [{}] }, "spec.routes[0].match", true, false],
    [{ routes: [{ ...rule, kind: 5 }] }, "spec.routes[0].kind", true, false],
    [{ routes: [{ ...rule, syntax: "V2" }] }, "spec.routes[0].syntax", false, false],
    [{ routes: [{ ...rule, services: {} }] }, "spec.routes[0].services", false, false],
    [{ routes: [{ ...rule, services: [{ port: 80 }] }] }, "spec.routes[0].services[0].name", false, false],
    [
      { routes: [{ ...rule, services: [{ name: "a", port: 1.5 }] }] },
      "spec.routes[0].services[0].port",
      false,
      false,
    ],
    [
      { routes: [{ ...rule, services: [{ name: "a", weight: -1 }] }] },
      "spec.routes[0].services[0].weight",
      false,
      false,
    ],
    [{ routes: [rule], ingressClassName: 5 }, "spec.ingressClassName", false, true],
    [{ routes: [rule], parentRefs: {} }, "spec.parentRefs", false, true],
    [{ routes: [rule], tls: "x" }, "spec.tls", false, true],
    [{ routes: [rule], tls: { secretName: 5 } }, "spec.tls.secretName", false, true],
    [{ routes: [rule], tls: { domains: [{ sans: "x" }] } }, "spec.tls.domains[0].sans", false, true],
  ];
  for (const [spec, field, incomplete, undecidable] of cases) {
    const description = describe(spec);
    const text = JSON.stringify(spec);
    assert.equal(description.problems[0]?.field, field, text);
    assert.deepEqual([description.incomplete, description.undecidable], [incomplete, undecidable], text);
  }
});

test("annotations are copied as they are; what is no string is told", () => {
  const annotations = JSON.parse('{"a": "1", "__proto__": "2", "b": 3}') as Record<string, string>;
  const description = describe({ routes: [rule] }, { metadata: { name: "web", annotations } });
  assert.deepEqual(Object.entries(description.annotations), [
    ["a", "1"],
    ["__proto__", "2"],
  ]);
  assert.deepEqual(fieldsOf(description), ["metadata.annotations[b]"]);
});

test("the need for regular expressions is seen before", () => {
  assert.equal(routesNeedRegexp(route({ routes: [rule, { match: "PathRegexp(`a`)" }] })), true);
  assert.equal(routesNeedRegexp(route({ routes: [rule, 5, { match: 5 }] })), false);
  assert.equal(routesNeedRegexp(route("x")), false);
});

test("nothing that a user can write makes it throw", () => {
  const key = fc.constantFrom(
    "routes",
    "match",
    "kind",
    "tls",
    "domains",
    "sans",
    "main",
    "secretName",
    "services",
    "parentRefs",
    "name",
    "port",
  );
  const value = fc.jsonValue().map((json) => json as unknown);
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      value,
      fc.constantFrom("Host(`a.com`)", "Rule", "", null),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(key, tie("node"), { maxKeys: 6 }),
    ),
  })).node;
  const spec = fc.oneof(tree, fc.record({ routes: fc.array(tree, { maxLength: 3 }), tls: tree }));
  fc.assert(
    fc.property(spec, fc.constantFrom("IngressRoute", "IngressRouteTCP"), (anySpec, kind) => {
      const description = describe(anySpec, { kind });
      assert.equal(
        description.hosts.length > 0 && !Array.isArray((anySpec as { routes: unknown }).routes),
        false,
      );
      JSON.stringify(description);
    }),
    { numRuns: 2_000 },
  );
});
