import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute } from "../../traefik/ingress-route.ts";
import { isIgnored, isSelected, withNamespaceOptOut } from "./opt-out.ts";

function describe(annotations: Readonly<Record<string, string>>) {
  const metadata = { namespace: "shop", name: "web", annotations };
  const route = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata, spec: { routes: [] } };
  return parseRoute(route, { compileRegexp: () => null });
}
const OURS = "traefik-cert-rotater.io/ignore";
const THEIRS = "switchboard.borchero.com/ignore";

test("all, true and a comma list, under our annotation and Switchboard's", () => {
  for (const key of [OURS, THEIRS]) {
    for (const [value, expected] of [
      ["all", true],
      ["true", true],
      ["cert-manager", true],
      ["external-dns , cert-manager", true],
      ["external-dns", false],
      ["false", false],
      ["", false],
      ["cert-manager-2", false],
    ] as const) {
      assert.equal(isIgnored(describe({ [key]: value }), "cert-manager"), expected, `${key}: ${value}`);
    }
  }
  assert.equal(
    isIgnored(describe({ [OURS]: "external-dns", [THEIRS]: "cert-manager" }), "cert-manager"),
    true,
  );
  assert.equal(isIgnored(describe({}), "cert-manager"), false);
});

test("a namespace's opt-out adds to the route's", () => {
  const route = describe({ [OURS]: "external-dns" });
  const both = withNamespaceOptOut(route, { [OURS]: "cert-manager" });
  assert.deepEqual(
    ["cert-manager", "external-dns"].map((name) => isIgnored(both, name)),
    [true, true],
  );
  assert.equal(isIgnored(withNamespaceOptOut(describe({}), { [OURS]: "all" }), "external-dns"), true);
  assert.equal(withNamespaceOptOut(route, { other: "all" }), route);
});

test("a class is served by whoever serves all, or that one", () => {
  const internal = describe({ "kubernetes.io/ingress.class": "internal" });
  assert.equal(isSelected(internal, { ingressClass: null }), true);
  assert.equal(isSelected(internal, { ingressClass: "internal" }), true);
  assert.equal(isSelected(internal, { ingressClass: "external" }), false);
  assert.equal(isSelected(describe({}), { ingressClass: "internal" }), false);
});
