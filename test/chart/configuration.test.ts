import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseConfiguration } from "../../functions/config/parse.ts";
import { INTEGRATIONS } from "../../functions/integrations/index.ts";
import { LOG_LEVELS } from "../../functions/log.ts";
import { at, only, render } from "./render.ts";

async function renderConfiguration(values: object = {}): Promise<unknown> {
  const map = only(await render(values), "ConfigMap") as unknown as { data: Record<string, string> };
  assert.deepEqual(Object.keys(map.data), ["config.json"]);
  return JSON.parse(map.data["config.json"] ?? "");
}

const off = { certManager: { enabled: false }, externalDNS: { enabled: false } };

const cases: Readonly<Record<string, object>> = {
  "the defaults": {},
  "both integrations off": { integrations: off },
  "removal of children": {
    integrations: {
      certManager: { enabled: false, onDisable: "delete" },
      externalDNS: { onDisable: "delete" },
    },
  },
  "static addresses": { integrations: { externalDNS: { targetIPs: ["192.0.2.1", "2001:db8::1"] } } },
  "another Service": {
    integrations: { externalDNS: { targetService: { namespace: "edge", name: "public" } } },
  },
  "host claims off, as Helm reads it": { hostClaims: false },
  "the rest": {
    selector: { ingressClass: "internal", legacyGroup: true, udp: false },
    traefik: { defaultRuleSyntax: "v2" },
    integrations: { externalDNS: { ttl: 60, pendingLoadBalancer: "wait" } },
  },
  "all that is off by default": {
    integrations: {
      certManager: { commonName: "firstHost", allowedAnnotations: ["cert-manager.io/private-key-*"] },
      externalDNS: {
        defaultTargets: true,
        optIn: true,
        domains: [".example.com"],
        allowedAnnotations: ["ttl"],
      },
    },
    hostPolicy: [{ namespaces: ["shop"], suffixes: ["shop.org"], identities: ["10.0.0.0/8", "*@shop.org"] }],
  },
  "a whole template": {
    integrations: {
      certManager: {
        certificateTemplate: {
          apiVersion: "cert-manager.io/v1",
          kind: "Certificate",
          metadata: { labels: { a: "b" }, annotations: { c: "d" } },
          spec: { issuerRef: { kind: "Issuer", name: "x" }, privateKey: { rotationPolicy: "Always" } },
        },
      },
    },
  },
};

suite("the configuration that the chart writes", () => {
  for (const [title, values] of Object.entries(cases)) {
    test(`is one that the function takes: ${title}`, async () => {
      const { warnings } = parseConfiguration(await renderConfiguration(values), INTEGRATIONS);
      assert.deepEqual(warnings, []);
    });
  }

  test("takes every log level", async () => {
    for (const logLevel of LOG_LEVELS)
      assert.equal(at(await renderConfiguration({ logLevel }), "logLevel"), logLevel);
  });

  test("switches each integration by itself", async () => {
    const names = async (integrations: object) =>
      parseConfiguration(
        await renderConfiguration({ integrations }),
        INTEGRATIONS,
      ).configuration.integrations.map(({ name }) => name);
    assert.deepEqual(await names({}), ["cert-manager", "external-dns"]);
    assert.deepEqual(await names({ certManager: { enabled: false } }), ["external-dns"]);
    assert.deepEqual(await names({ externalDNS: { enabled: false } }), ["cert-manager"]);
    assert.deepEqual(await names(off), []);
  });

  test("has static addresses instead of the standard Service", async () => {
    const integrations = { externalDNS: { targetIPs: ["192.0.2.1"] } };
    const externalDNS = at(await renderConfiguration({ integrations }), "integrations.externalDNS");
    assert.deepEqual(at(externalDNS, "targetIPs"), ["192.0.2.1"]);
    assert.equal(at(externalDNS, "targetService"), undefined);
  });

  test("has no Service where external-dns fills in the targets, whatever the Service's values", async () => {
    for (const more of [{}, { targetService: null }]) {
      const integrations = { externalDNS: { defaultTargets: true, ...more } };
      const externalDNS = at(await renderConfiguration({ integrations }), "integrations.externalDNS");
      assert.equal(at(externalDNS, "targetService"), undefined);
      assert.equal(at(externalDNS, "defaultTargets"), true);
    }
  });
});
