import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { parseRoute } from "../../traefik/ingress-route.ts";
import { certManagerSettings } from "./settings.ts";
import { templateFor } from "./template.ts";

function describe(namespace: string, ingressClass?: string) {
  const annotations = ingressClass === undefined ? {} : { "kubernetes.io/ingress.class": ingressClass };
  const metadata = { namespace, name: "web", annotations };
  const route = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata, spec: { routes: [] } };
  return parseRoute(route, { compileRegexp: () => null });
}

const settings = v.parse(certManagerSettings, {
  certificateTemplate: {
    metadata: { labels: { team: "all", tier: "web" } },
    spec: { issuerRef: { kind: "ClusterIssuer", name: "public" }, duration: "2160h" },
  },
  overrides: [
    {
      namespaces: ["team-*"],
      ingressClasses: ["internal"],
      certificateTemplate: { spec: { issuerRef: { name: "both" } } },
    },
    {
      namespaces: ["team-*"],
      certificateTemplate: { metadata: { labels: { team: "ours" } }, spec: { duration: "24h" } },
    },
    { ingressClasses: ["internal", ""], certificateTemplate: { spec: { issuerRef: { name: "class" } } } },
  ],
});
const specFor = (...route: Parameters<typeof describe>) => templateFor(settings, describe(...route)).spec;

test("no override fits: the template", () => {
  assert.equal(templateFor(settings, describe("shop", "external")), settings.certificateTemplate);
});

test("the first that fits counts, by namespace and class, a missing list fitting all", () => {
  assert.deepEqual(specFor("team-a", "internal"), { issuerRef: { name: "both" }, duration: "2160h" });
  assert.deepEqual(specFor("team-a", "external").duration, "24h");
  assert.deepEqual(specFor("shop", "internal").issuerRef, { name: "class" });
  assert.deepEqual(specFor("shop").issuerRef, { name: "class" });
});

test("it is laid over field by field; labels by key", () => {
  const { metadata, spec } = templateFor(settings, describe("team-a"));
  assert.deepEqual(metadata?.labels, { team: "ours", tier: "web" });
  assert.deepEqual(spec, { issuerRef: { kind: "ClusterIssuer", name: "public" }, duration: "24h" });
});
