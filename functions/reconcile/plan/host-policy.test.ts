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

test("a refused name goes out of hosts and tls.domains, and is told once", () => {
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
