import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute } from "../../traefik/ingress-route.ts";
import { refusalOf, withoutHosts } from "./host-policy.ts";

const policy = [
  { namespaces: ["shop", "shop-*"], suffixes: ["shop.org"] },
  { namespaces: ["shop-eu"], suffixes: ["shop.eu"] },
];

test("a suffix allows itself and all below it, wildcards too, and no name that only ends alike", () => {
  const refused = ["shop.org", "www.shop.org", "*.shop.org", "workshop.org", "*.org", "org"].filter(
    (host) => refusalOf(policy, "shop", host) !== null,
  );
  assert.deepEqual(refused, ["workshop.org", "*.org", "org"]);
});

test("a namespace may have the suffixes of all lines that name it", () => {
  assert.equal(refusalOf(policy, "shop-eu", "a.shop.org"), null);
  assert.equal(refusalOf(policy, "shop-eu", "a.shop.eu"), null);
  assert.match(refusalOf(policy, "shop-us", "a.shop.eu")?.message ?? "", /only hosts below shop\.org\./);
});

test("no line: nothing; no policy: everything", () => {
  assert.match(refusalOf(policy, "blog", "a.shop.org")?.message ?? "", /no host at all/);
  assert.equal(refusalOf([], "blog", "a.shop.org"), null);
});

test("a refused name goes out of hosts and tls.domains, and is reported once", () => {
  const route = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace: "shop", name: "web" },
    spec: {
      routes: [{ kind: "Rule", match: "Host(`a.shop.org`) || Host(`evil.net`)" }],
      tls: { secretName: "s", domains: [{ main: "evil.net", sans: ["b.shop.org"] }] },
    },
  };
  const description = parseRoute(route, { compileRegexp: () => null });
  const allowed = withoutHosts(description, (host) => refusalOf(policy, "shop", host));
  assert.deepEqual(allowed.hosts, ["a.shop.org"]);
  assert.deepEqual(allowed.tls?.domains, ["b.shop.org"]);
  assert.deepEqual(
    allowed.problems.map(({ reason }) => reason),
    ["HostNotAllowed"],
  );
  assert.equal(
    withoutHosts(description, () => null),
    description,
  );
});

const shown = (namespace: string, names: readonly string[]) =>
  names.filter((name) => refusalOf(identities, namespace, name) === null);
const identities = [
  {
    namespaces: ["shop"],
    suffixes: ["shop.org"],
    identities: ["10.1.0.0/16", "2001:db8::7", "spiffe://cluster.local/ns/shop/*", "Example, Inc."],
  },
];

test("an identity of any form passes the policy by the host in it", () => {
  const names = [
    "a.shop.org",
    "A.Shop.ORG.",
    "ops@shop.org",
    "ops@mail.shop.org",
    "https://a.shop.org:8443/x",
    "spiffe://shop.org/ns/a",
  ];
  assert.deepEqual(shown("shop", names), names);
  const refused = [
    "ops@workshop.org",
    "ceo@bank.example.org",
    "a.shop.org@bank.example.org",
    "bank.example.org ops@shop.org",
    "ceo@bank.example.org,ops@shop.org",
    "spiffe://bank.example.org/shop.org",
    "spiffe://shop.org@bank.example.org/",
    "https://bank.example.org/.shop.org",
    "urn:shop.org",
    "system:masters",
    "bank.example.org/.shop.org",
    "bank.example.org .shop.org",
    "192.0.2.1",
    "::1",
    "",
  ];
  assert.deepEqual(shown("shop", refused), []);
  assert.deepEqual(
    refused.filter((name) => refusalOf([], "shop", name) !== null),
    [],
    "no policy: everything",
  );
});

test("what is no host is allowed by name: addresses, ranges, and globs", () => {
  const allowed = ["10.1.2.3", "2001:db8:0::7", "spiffe://cluster.local/ns/shop/sa/web", "Example, Inc."];
  assert.deepEqual(shown("shop", allowed), allowed);
  assert.deepEqual(shown("shop", ["10.2.0.1", "2001:db8::8", "spiffe://cluster.local/ns/bank/sa/web"]), []);
  assert.deepEqual(shown("blog", allowed), []);
  const problem = refusalOf(identities, "shop", "10.2.0.1");
  assert.match(
    problem?.message ?? "",
    /may not claim "10\.2\.0\.1": .* only hosts below shop\.org, and 10\.1/,
  );
});

test("the problem names the field: a rule, tls.domains or the annotation", () => {
  const route = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace: "shop", name: "web", annotations: { "example.org/names": "A.net, C.net" } },
    spec: {
      routes: [{ kind: "Rule", match: "Host(`b.net`)" }],
      tls: { secretName: "s", domains: [{ main: "d.net" }] },
    },
  };
  const description = { ...parseRoute(route, { compileRegexp: () => null }), extraNames: { x: ["a.net"] } };
  const { problems } = withoutHosts(description, (host) => refusalOf(policy, "shop", host));
  assert.deepEqual(
    problems.map(({ field }) => field),
    ["spec.routes", "spec.tls.domains", "metadata.annotations[example.org/names]"],
  );
});
