import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { parseRoute, type RouteOptions, routesNeedRegexp } from "./ingress-route.ts";
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
    notes: [],
  });
  assert.deepEqual(fieldsOf(description), ["spec.tls.domains[0].sans[1]", "spec.tls.certResolver"]);
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

test("kind is optional; other kinds are skipped and reported, for HTTP only", () => {
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

test("a child of other routes has its own hosts", () => {
  const description = describe({ parentRefs: [{ name: "root" }], routes: [rule] });
  assert.deepEqual(
    [description.hosts, description.incomplete, description.undecidable],
    [["a.com"], false, false],
  );
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

test("annotations are copied as they are; what is no string is reported", () => {
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
    fc.property(
      spec,
      fc.constantFrom("IngressRoute", "IngressRouteTCP", "IngressRouteUDP"),
      (anySpec, kind) => {
        const description = describe(anySpec, { kind });
        assert.equal(
          description.hosts.length > 0 && !Array.isArray((anySpec as { routes: unknown }).routes),
          false,
        );
        JSON.stringify(description);
      },
    ),
    { numRuns: 2_000 },
  );
});

const legacy = { apiVersion: "traefik.containo.us/v1alpha1" };

test("rules without syntax are read as the installation's Traefik reads them, those of Traefik 2's group as v2", () => {
  const multi = "Host(`a.com`, `b.com`) && PathPrefix(`/x`, `/y`)";
  const grpc = "Host(`c.com`) && Headers(`Content-Type`, `application/grpc`)";
  const routes = [{ match: multi }, { match: grpc }];
  const cases = [
    { more: {}, defaultRuleSyntax: "v3", hosts: [], syntaxes: ["v3", "v3"] },
    { more: {}, defaultRuleSyntax: "v2", hosts: ["a.com", "b.com", "c.com"], syntaxes: ["v2", "v2"] },
    { more: legacy, defaultRuleSyntax: "v3", hosts: ["a.com", "b.com", "c.com"], syntaxes: ["v2", "v2"] },
  ] as const;
  for (const { more, defaultRuleSyntax, hosts, syntaxes } of cases) {
    const description = parseRoute(route({ routes }, more), { compileRegexp, defaultRuleSyntax });
    assert.deepEqual(description.hosts, hosts);
    assert.deepEqual(
      description.rules.map(({ syntax }) => syntax),
      syntaxes,
    );
    assert.equal(description.problems.length, hosts.length === 0 ? 2 : 0);
  }
  const tcp = describe(
    { routes: [{ match: "HostSNI(`d.com`, `e.com`)" }] },
    { ...legacy, kind: "IngressRouteTCP" },
  );
  assert.deepEqual(tcp.hosts, ["d.com", "e.com"]);
});

test("a route's own syntax beats the installation's, but not that of Traefik 2's group", () => {
  const of = (syntax: string, more: Partial<KubernetesObject> = {}) =>
    parseRoute(route({ routes: [{ ...rule, syntax }] }, more), { compileRegexp, defaultRuleSyntax: "v2" })
      .rules[0]?.syntax;
  assert.deepEqual(
    ["v3", "v2", "", "V2"].map((syntax) => of(syntax)),
    ["v3", "v2", "v2", "v3"],
  );
  assert.equal(of("v3", legacy), "v2");
});

test("a child of other routes is read as v3 where it says nothing else: Traefik applies its default to roots only", () => {
  const child = { parentRefs: [{ name: "root" }], routes: [{ match: "Host(`a.com`, `b.com`)" }] };
  const options = { compileRegexp, defaultRuleSyntax: "v2" } as const;
  const { rules, problems } = parseRoute(route(child), options);
  assert.equal(rules[0]?.syntax, "v3");
  assert.match(problems[0]?.message ?? "", /set syntax: v2 on this route/);
  assert.doesNotMatch(problems[0]?.message ?? "", /defaultRuleSyntax/);
  const explicit = { ...child, routes: [{ ...child.routes[0], syntax: "v2" }] };
  assert.deepEqual(parseRoute(route(explicit), options).hosts, ["a.com", "b.com"]);
});

test("a rule that loads under the other syntax only says how to have it read so", () => {
  const message = (match: string, options: Partial<RouteOptions>, more: Record<string, unknown> = {}) =>
    parseRoute(route({ routes: [{ match, ...more }] }), { compileRegexp, ...options }).problems[0]?.message;
  const v2Only = "Host(`a.com`, `b.com`)";
  const v3Only = "Host(`a.com`) && Header(`a`, `b`)";
  assert.match(message(v2Only, {}) ?? "", /core\.defaultRuleSyntax: v2.* traefik\.defaultRuleSyntax: v2/);
  assert.doesNotMatch(message(v2Only, {}, { syntax: "v3" }) ?? "", /defaultRuleSyntax/);
  assert.doesNotMatch(message("Host(`a.com`, `ü`)", {}) ?? "", /defaultRuleSyntax/);
  assert.match(message(v3Only, { defaultRuleSyntax: "v2" }) ?? "", /syntax: v3 on this route/);
});

test("a child of other routes is published where its own rules or annotations name hosts", () => {
  const parentRefs = [{ name: "root" }];
  const named = describe({ parentRefs, routes: [rule] });
  assert.deepEqual([named.hosts, named.undecidable, named.problems, named.notes], [["a.com"], false, [], []]);
  const routes = [{ match: "PathPrefix(`/a`)" }, { match: "PathPrefix(`/b`)" }];
  const extraNames = () => ({ "external-dns": ["b.com"] });
  const annotated = parseRoute(route({ parentRefs, routes }), { compileRegexp, extraNames });
  assert.deepEqual([annotated.extraNames, annotated.undecidable], [extraNames(), false]);
  assert.deepEqual(annotated.notes, []);
});

test("a child of other routes that names no host is reported once, with what to write", () => {
  const description = describe({
    parentRefs: [{ name: "root" }],
    routes: [{ match: "PathPrefix(`/a`)" }, { match: "PathPrefix(`/b`)" }],
  });
  assert.deepEqual([description.hosts, description.undecidable, description.problems], [[], true, []]);
  assert.deepEqual(
    description.notes.map(({ reason, field }) => [reason, field]),
    [["ParentRefs", "spec.parentRefs"]],
  );
  assert.match(description.notes[0]?.message ?? "", /Host\(…\).*external-dns\.kubernetes\.io\/hostname/);
});

test("a child of other routes with tls stays as it is: Traefik refuses it", () => {
  const description = describe({ parentRefs: [{ name: "root" }], routes: [rule], tls: { secretName: "a" } });
  assert.deepEqual([description.undecidable, fieldsOf(description)], [true, ["spec.tls"]]);
});

test("HostSNI(`*`) is how plain TCP is written and no problem; Host(`*`) is one", () => {
  const tcp = { kind: "IngressRouteTCP" };
  const all = describe({ routes: [{ match: "HostSNI(`*`)" }] }, tcp);
  assert.deepEqual([all.hosts, all.problems, all.incomplete], [[], [], false]);
  const some = describe(
    { routes: [{ match: "HostSNI(`*`) || HostSNI(`a.com`) || HostSNI(`a_b.com`)" }] },
    tcp,
  );
  assert.deepEqual([some.hosts, some.problems.length], [["a.com"], 1]);
  assert.equal(describe({ routes: [{ match: "Host(`*`)" }] }).problems.length, 1);
});

test("a certificate that Traefik gets itself is a note; one that two get is a problem", () => {
  const resolver = describe({ routes: [rule], tls: { certResolver: "le" } });
  assert.deepEqual(resolver.problems, []);
  assert.deepEqual(
    resolver.notes.map(({ reason, field }) => [reason, field]),
    [["CertResolver", "spec.tls.certResolver"]],
  );
  assert.match(
    resolver.notes[0]?.message ?? "",
    /Traefik gets .* itself \(certResolver le\).*write tls\.secretName and remove certResolver/,
  );
  const both = describe({ routes: [rule, rule], tls: { certResolver: "le", secretName: "web-tls" } });
  assert.deepEqual(
    [both.notes, both.problems.map(({ reason, field }) => [reason, field])],
    [[], [["CertResolver", "spec.tls.certResolver"]]],
  );
  assert.match(both.problems[0]?.message ?? "", /secretName web-tls.*certResolver le/);
  const passed = describe(
    { routes: [{ match: "HostSNI(`a.com`)" }], tls: { certResolver: "le", passthrough: true } },
    { kind: "IngressRouteTCP" },
  );
  assert.deepEqual([passed.notes, passed.problems], [[], []]);
});

test("problems stand in the order of the rules, hosts as they were written", () => {
  const description = describe({
    routes: [
      { match: "Host(`Under_Score.com`)", services: [{ port: 1 }] },
      { match: "Hots(`x.com`)" },
      { match: "Host(`*`)", kind: "Weird" },
      { match: "Host(`b_c.com`)" },
    ],
    tls: { domains: [{ main: "d_e.com" }] },
  });
  assert.deepEqual(fieldsOf(description), [
    "spec.routes[0].services[0].name",
    "spec.routes[0].match",
    "spec.routes[1].match",
    "spec.routes[2].kind",
    "spec.routes[3].match",
    "spec.tls.domains[0].main",
  ]);
  assert.match(description.problems[1]?.message ?? "", /"Under_Score\.com"/);
});

test("a Secret's name comes through as it was written", () => {
  for (const secretName of ["ns/name", "Not A Name", " x", "a".repeat(300)]) {
    assert.equal(describe({ routes: [rule], tls: { secretName } }).tls?.secretName, secretName);
  }
});

test("an IngressRouteUDP has services and the names of its annotations, nothing else", () => {
  const udp = { kind: "IngressRouteUDP" };
  const object = route({ routes: [{ services: [{ name: "dns", port: 53 }] }, {}] }, udp);
  const extraNames = () => ({ "external-dns": ["dns.com"] });
  const description = parseRoute(object, { compileRegexp, extraNames });
  assert.equal(description.route.kind, "IngressRouteUDP");
  assert.deepEqual(
    description.rules.map(({ match, error, services }) => [match, error, services.map(({ name }) => name)]),
    [
      ["", null, ["dns"]],
      ["", null, []],
    ],
  );
  assert.deepEqual(
    [description.hosts, description.extraNames, description.tls],
    [[], { "external-dns": ["dns.com"] }, null],
  );
  assert.deepEqual(
    [description.incomplete, description.undecidable, description.problems],
    [false, false, []],
  );
  const copied = describe({ routes: [{ match: "HostSNI(`a.com`)" }], tls: { secretName: "x" } }, udp);
  assert.deepEqual(fieldsOf(copied), ["spec.routes[0].match", "spec.tls"]);
  assert.deepEqual([copied.hosts, copied.tls, copied.undecidable], [[], null, false]);
});

test("a Secret for which no host is known is a note that says where to name one", () => {
  const tls = { secretName: "apps" };
  const routes = [{ match: "PathPrefix(`/`)" }];
  assert.deepEqual(
    describe({ routes, tls }).notes.map(({ reason, field }) => [reason, field]),
    [["NoNames", "spec.tls.secretName"]],
  );
  assert.match(describe({ routes, tls }).notes[0]?.message ?? "", /Secret apps; .*spec\.tls\.domains/);
  assert.deepEqual(describe({ routes, tls: { ...tls, domains: [{ main: "a.com" }] } }).notes, []);
  assert.deepEqual(describe({ routes: [rule], tls }).notes, []);
  assert.deepEqual(describe({ routes: [{ match: "Host(`*`)" }], tls }).notes, []);
});
