import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { configOf, guessPlural } from "./config.ts";

const source = (spec: object): KubernetesObject => ({
  apiVersion: "sources.knative.dev/v1",
  kind: "ApiServerSource",
  metadata: { name: "routes", namespace: "home" },
  spec,
});

test("an object becomes what Knative's controller gives to the adapter", () => {
  const selector = {
    matchLabels: { "app.kubernetes.io/name": "traefik" },
    matchExpressions: [
      { key: "tier", operator: "NotIn", values: ["a", "b"] },
      { key: "x", operator: "Exists" },
      { key: "y", operator: "DoesNotExist" },
    ],
  };
  const config = configOf(
    source({
      resources: [
        { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteTCP" },
        { apiVersion: "v1", kind: "Service", selector },
      ],
      mode: "Resource",
      namespaceSelector: {},
      sink: { ref: { apiVersion: "v1", kind: "Service", name: "function" }, uri: "/events" },
      ceOverrides: { extensions: { cluster: "one" } },
    }),
    "http://127.0.0.1:1234",
  );
  assert.deepEqual(config, {
    resources: [
      { resource: { group: "traefik.io", version: "v1alpha1", plural: "ingressroutetcps" }, selector: "" },
      {
        resource: { group: "", version: "v1", plural: "services" },
        selector: "app.kubernetes.io/name=traefik,tier notin (a,b),x,!y",
      },
    ],
    mode: "Resource",
    namespaces: "all",
    sink: "http://127.0.0.1:1234/events",
    extensions: { cluster: "one" },
    namespace: "home",
  });
});

test("without a namespace selector the source watches its own namespace, by reference", () => {
  const { namespaces, mode } = configOf(source({ resources: [] }), "http://127.0.0.1");
  assert.deepEqual([namespaces, mode], [["home"], "Reference"]);
});

test("namespaces selected by label must be named by the caller", () => {
  const labelled = source({ resources: [], namespaceSelector: { matchLabels: { a: "b" } } });
  assert.throws(() => configOf(labelled, "http://127.0.0.1"), /say which namespaces/);
  assert.deepEqual(configOf(labelled, "http://127.0.0.1", ["one"]).namespaces, ["one"]);
});

test("plurals are guessed as apimachinery guesses them", () => {
  assert.deepEqual(
    ["IngressRoute", "Ingress", "NetworkPolicy", "DNSEndpoint", "Endpoints"].map(guessPlural),
    ["ingressroutes", "ingresses", "networkpolicies", "dnsendpoints", "endpoints"],
  );
});
