import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import { configurationOfValues, markOfChartValues } from "./chart-values.ts";

const names = (values: unknown) =>
  parseConfiguration(configurationOfValues(values), INTEGRATIONS).configuration.integrations.map(
    ({ name }) => name,
  );

describe("chart values", () => {
  const VALUES: readonly [values: unknown, mark: string][] = [
    [{ serving: { mode: "keda" } }, "serving"],
    [{ image: { tag: "1" }, integrations: { certManager: {} } }, "image"],
    [{ integrations: { certManager: { enabled: false } } }, "integrations.certManager.enabled"],
    [{ integrations: { externalDNS: { enabled: true } } }, "integrations.externalDNS.enabled"],
    [{ auth: { oidc: { enabled: true } } }, "auth.oidc.enabled"],
    [{ "traefik-cert-rotation": { logLevel: "debug" } }, "traefik-cert-rotation"],
  ];
  for (const [values, mark] of VALUES) {
    test(`are known by ${mark}`, () => assert.equal(markOfChartValues(values), mark));
  }

  const CONFIGURATIONS: readonly unknown[] = [
    undefined,
    null,
    "text",
    {},
    { selector: { ingressClass: "a" }, logLevel: "info" },
    { integrations: { certManager: null } },
    { integrations: { externalDNS: { targetIPs: ["192.0.2.1"] } } },
    { integrations: { certManager: { enabled: true }, externalDNS: { enabled: false } } },
    { auth: { oidc: { audience: "a", subjects: [] } } },
    { health: {}, integrations: { certManager: {} } },
  ];
  for (const raw of CONFIGURATIONS) {
    test(`are not seen in the configuration ${JSON.stringify(raw)}`, () =>
      assert.equal(markOfChartValues(raw), null));
  }

  test("leave an integration on that they do not name", () => {
    assert.deepEqual(names({ serving: {} }), ["cert-manager", "external-dns"]);
    assert.deepEqual(names({ integrations: { certManager: { enabled: false } } }), ["external-dns"]);
    assert.deepEqual(names({ integrations: { externalDNS: { enabled: false } } }), ["cert-manager"]);
    assert.deepEqual(
      names({ "traefik-cert-rotation": { integrations: { certManager: { enabled: false } } } }),
      ["external-dns"],
    );
  });

  test("are merged with the chart's defaults as Helm does it", () => {
    const issuer = { certificateTemplate: { spec: { issuerRef: { name: "mine" }, duration: "24h" } } };
    assert.deepEqual(
      configurationOfValues({ image: {}, integrations: { certManager: issuer, externalDNS: { ttl: 60 } } }),
      {
        integrations: {
          certManager: {
            enabled: true,
            certificateTemplate: {
              spec: { issuerRef: { kind: "ClusterIssuer", name: "mine" }, duration: "24h" },
            },
          },
          externalDNS: { enabled: true, targetService: { namespace: "traefik", name: "traefik" }, ttl: 60 },
        },
      },
    );
  });

  test("with static addresses need no Service", () => {
    const values = { serving: {}, integrations: { externalDNS: { targetIPs: ["192.0.2.9"] } } };
    assert.deepEqual(names(values), ["cert-manager", "external-dns"]);
    assert.equal(JSON.stringify(configurationOfValues(values)).includes("targetService"), false);
  });

  test("what is wrong in them is a problem of its key", () => {
    const values = { serving: {}, integrations: { externalDNS: { ttl: 0 } }, selectr: {} };
    assert.throws(
      () => parseConfiguration(configurationOfValues(values), INTEGRATIONS),
      /selectr: found an unknown key, expected the key selector\n?(.*\n)*.*integrations\.externalDNS\.ttl: found 0/,
    );
  });

  test("the chart's own values are a whole configuration: no key of theirs is unknown here", async () => {
    const url = new URL("../../../traefik-cert-rotation/values.yaml", import.meta.url);
    const values: unknown = parse(await readFile(url, "utf8"));
    assert.notEqual(markOfChartValues(values), null);
    const { configuration } = parseConfiguration(configurationOfValues(values), INTEGRATIONS);
    const given = ({ integrations, ...rest }: typeof configuration) => ({
      ...rest,
      integrations: integrations.map(({ name }) => name),
    });
    assert.deepEqual(given(configuration), given(parseConfiguration({}, INTEGRATIONS).configuration));
  });
});
