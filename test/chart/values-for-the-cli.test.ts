/**
 * Values that the CLI takes with `--config` mean what the chart makes of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as v from "valibot";
import { configurationOfValues } from "../../functions/cli/input/chart-values.ts";
import { parseConfiguration } from "../../functions/config/parse.ts";
import { INTEGRATIONS } from "../../functions/integrations/index.ts";
import { at, only, render } from "./render.ts";

const cases: Readonly<Record<string, object>> = {
  none: {},
  "another issuer": {
    integrations: {
      certManager: { certificateTemplate: { spec: { issuerRef: { name: "mine" }, duration: "24h" } } },
    },
  },
  "a whole template": {
    integrations: {
      certManager: {
        certificateTemplate: {
          metadata: { labels: { a: "b" } },
          spec: { issuerRef: { kind: "Issuer", name: "x" } },
        },
        ignoreSecrets: ["bought-*"],
      },
    },
  },
  "static addresses": { integrations: { externalDNS: { targetIPs: ["192.0.2.1"], ttl: 60 } } },
  "static addresses instead of the Service": {
    integrations: { externalDNS: { targetService: null, targetIPs: ["192.0.2.1"] } },
  },
  "external-dns' own targets": { integrations: { externalDNS: { defaultTargets: true } } },
  "another Service": { integrations: { externalDNS: { targetService: { name: "public" } } } },
  "one off": { integrations: { certManager: { enabled: false } } },
  "both off, one with its children": {
    integrations: { certManager: { enabled: false, onDisable: "delete" }, externalDNS: { enabled: false } },
  },
  "a class": { selector: { ingressClass: "inside", legacyGroup: true }, onOptOut: "keep", logLevel: "warn" },
  "what only the chart knows": {
    serving: { mode: "keda" },
    resync: { schedule: "" },
    auth: { oidc: { enabled: true } },
  },
};

/** What the chart writes out and a configuration may leave out: both mean the same. */
const MEANT: Readonly<Record<string, object>> = {
  certManager: { adopt: "annotated", allowedAnnotations: ["*"], commonName: "none", copyAnnotations: [] },
  externalDNS: {
    adopt: "annotated",
    allowedAnnotations: ["*"],
    copyAnnotations: [],
    defaultTargets: false,
    domains: [],
    excludeDomains: [],
    hostSource: "rules",
    optIn: false,
    targetPreference: "addresses",
  },
};

/** Every setting that the function would have, defaults included. */
function settingsIn(raw: unknown): unknown {
  const { integrations, oidc: _, ...rest } = parseConfiguration(raw, INTEGRATIONS).configuration;
  const settings = INTEGRATIONS.map(({ key, schema }) => {
    const { enabled: _, onDisable: __, ...own } = at(raw, `integrations.${key}`) as Record<string, unknown>;
    const given = Object.entries(own).filter(([, value]) => value !== null);
    return { ...MEANT[key], ...(v.parse(schema, Object.fromEntries(given)) as object) };
  });
  return { ...rest, names: integrations.map(({ name }) => name), settings };
}

suite("values for the CLI", () => {
  for (const [title, values] of Object.entries(cases)) {
    test(title, async () => {
      const map = only(await render(values), "ConfigMap") as unknown as { data: Record<string, string> };
      assert.deepEqual(
        settingsIn(configurationOfValues({ image: {}, ...values })),
        settingsIn(JSON.parse(map.data["config.json"] ?? "")),
      );
    });
  }
});
