import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type * as v from "valibot";
import { certManagerSettings } from "../integrations/cert-manager/settings.ts";
import type { IntegrationDefinition } from "../integrations/definition.ts";
import { externalDNSSettings } from "../integrations/external-dns/settings.ts";
import type { Integration } from "../integrations/integration.ts";
import { InvalidConfigurationError } from "./configuration.ts";
import { parseConfiguration } from "./parse.ts";

interface Created {
  readonly name: string;
  readonly settings: unknown;
}

function definition(
  key: string,
  name: string,
  schema: v.GenericSchema<unknown, unknown>,
): IntegrationDefinition {
  const integration = (settings: unknown) => ({ name, settings }) as unknown as Integration;
  return {
    key,
    name,
    resource: { group: "", version: "v1", plural: "things", kind: "Thing" },
    annotationNames: [],
    reasons: {},
    enabledByDefault: true,
    schema,
    create: integration,
    createRemover: () => integration("remover"),
  };
}

const DEFINITIONS = [
  definition("certManager", "cert-manager", certManagerSettings),
  definition("externalDNS", "external-dns", externalDNSSettings),
];

function parse(raw: unknown) {
  const { configuration, warnings } = parseConfiguration(raw, DEFINITIONS);
  return {
    ...configuration,
    integrations: configuration.integrations as unknown as readonly Created[],
    warnings,
  };
}

function settingsOf(integrations: object): unknown {
  return parse({ integrations }).integrations[0]?.settings;
}

const DEFAULT_TEMPLATE = { spec: { issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" } } };
const CERT_MANAGER = {
  certificateTemplate: DEFAULT_TEMPLATE,
  overrides: [],
  ignoreSecrets: [],
  existingSecrets: "replace",
};
const EXTERNAL_DNS = {
  targetService: { namespace: "traefik", name: "traefik" },
  targetIPs: [],
  ttl: 300,
  pendingLoadBalancer: "private",
  endpointTemplate: { labels: {}, annotations: {} },
  waitForCertificate: false,
};

describe("defaults", () => {
  for (const raw of [undefined, null, {}, { selector: null, integrations: null, logLevel: null }]) {
    test(`of ${JSON.stringify(raw)}`, () => {
      assert.deepEqual(parse(raw), {
        selector: { ingressClass: null, legacyGroup: false, udp: true },
        defaultRuleSyntax: "v3",
        integrations: [
          { name: "cert-manager", settings: CERT_MANAGER },
          { name: "external-dns", settings: EXTERNAL_DNS },
        ],
        logLevel: "info",
        mode: "reconcile",
        onOptOut: "delete",
        hostPolicy: [],
        hostClaims: "resync",
        takeOverFrom: [],
        oidc: null,
        telemetry: null,
        warnings: [],
      });
    });
  }
});

test("takeOverFrom names installations", () => {
  const names = ["old/tcr", "traefik/traefik-cert-rotation"];
  assert.deepEqual(parse({ takeOverFrom: names }).takeOverFrom, names);
  for (const name of ["old", "old/", "/tcr", "a/b/c", "Old/tcr", "old/tcr "]) {
    assert.throws(
      () => parse({ takeOverFrom: [name] }),
      new RegExp(
        `^InvalidConfigurationError: takeOverFrom\\[0\\]: found "${name}", expected an installation as`,
      ),
    );
  }
});

test("hostClaims may be off, which YAML 1.1 takes for false", () => {
  for (const hostClaims of ["off", false]) assert.equal(parse({ hostClaims }).hostClaims, "off");
  for (const hostClaims of ["resync", "strict"]) assert.equal(parse({ hostClaims }).hostClaims, hostClaims);
  assert.throws(() => parse({ hostClaims: true }), /hostClaims/);
});

test("suffixes of the host policy are domains, however they are written", () => {
  const { hostPolicy } = parse({
    hostPolicy: [{ namespaces: ["shop"], suffixes: [".Example.COM", "a.org."] }],
  });
  assert.deepEqual(hostPolicy, [{ namespaces: ["shop"], suffixes: ["example.com", "a.org"] }]);
});

describe("which integrations are on", () => {
  const names = (integrations: object) => parse({ integrations }).integrations.map(({ name }) => name);

  test("those that are named", () => {
    assert.deepEqual(names({}), []);
    assert.deepEqual(names({ externalDNS: {} }), ["external-dns"]);
    assert.deepEqual(names({ externalDNS: null }), ["external-dns"]);
    assert.deepEqual(names({ externalDNS: {}, certManager: {} }), ["cert-manager", "external-dns"]);
  });

  test("enabled: false keeps the children, onDisable: delete removes them", () => {
    assert.deepEqual(names({ externalDNS: { enabled: false } }), []);
    assert.deepEqual(names({ externalDNS: { enabled: false, onDisable: "keep" } }), []);
    assert.equal(settingsOf({ externalDNS: { enabled: false, onDisable: "delete" } }), "remover");
    assert.deepEqual(names({ externalDNS: { enabled: true, onDisable: "delete" } }), ["external-dns"]);
  });
});

describe("settings", () => {
  test("Switchboard's file works unchanged", () => {
    const spec = {
      issuerRef: { kind: "Issuer", name: "le" },
      duration: "2160h",
      privateKey: { algorithm: "ECDSA" },
    };
    const parsed = parse({
      health: { healthProbeBindAddress: ":8081" },
      leaderElection: { leaderElect: true, resourceName: "x", resourceNamespace: "y" },
      metrics: { bindAddress: ":8080" },
      selector: { ingressClass: "internal" },
      integrations: {
        certManager: { certificateTemplate: { metadata: { labels: { a: "b" } }, spec } },
        externalDNS: { targetService: { name: "t", namespace: "n" }, ttl: 60 },
      },
    });
    assert.equal(parsed.selector.ingressClass, "internal");
    assert.equal(parse({ selector: { ingressClass: "" } }).selector.ingressClass, null);
    assert.deepEqual(parsed.integrations[0]?.settings, {
      ...CERT_MANAGER,
      certificateTemplate: { metadata: { labels: { a: "b" } }, spec },
    });
    assert.deepEqual(parsed.integrations[1]?.settings, {
      ...EXTERNAL_DNS,
      targetService: { namespace: "n", name: "t" },
      ttl: 60,
    });
    assert.deepEqual(
      parsed.warnings,
      ["health", "leaderElection", "metrics"].map(
        (key) => `${key} has no meaning for this function and is ignored`,
      ),
    );
  });

  test("a template without an issuer gets the default one", () => {
    const template = (spec: object) => settingsOf({ certManager: { certificateTemplate: { spec } } });
    const { issuerRef } = DEFAULT_TEMPLATE.spec;
    assert.deepEqual(template({ duration: "24h" }), {
      ...CERT_MANAGER,
      certificateTemplate: { spec: { issuerRef, duration: "24h" } },
    });
    assert.deepEqual(template({ issuerRef: null }), CERT_MANAGER);
  });

  test("static addresses need no Service", () => {
    const settings = settingsOf({ externalDNS: { targetIPs: ["192.0.2.1", "2001:db8::1"] } });
    assert.deepEqual(settings, {
      ...EXTERNAL_DNS,
      targetService: null,
      targetIPs: ["192.0.2.1", "2001:db8::1"],
    });
  });

  test("our own keys", () => {
    const parsed = parse({ logLevel: "debug", selector: { legacyGroup: true, udp: false } });
    assert.equal(parsed.logLevel, "debug");
    assert.deepEqual(parsed.selector, { ingressClass: null, legacyGroup: true, udp: false });
    assert.equal(parse({ traefik: { defaultRuleSyntax: "v2" } }).defaultRuleSyntax, "v2");
  });
});

const externalDNS = (settings: object) => ({ integrations: { externalDNS: settings } });
const otlp = (settings: object) => ({
  telemetry: { otlp: { endpoint: "http://collector:4318", ...settings } },
});
const template = (certificateTemplate: unknown) => ({
  integrations: { certManager: { certificateTemplate } },
});

const hostPolicy = (namespaces: unknown, suffixes: unknown) => ({ hostPolicy: [{ namespaces, suffixes }] });

const INVALID: readonly [raw: unknown, message: string][] = [
  [[], "the configuration: found a list, expected an object"],
  ["x", 'the configuration: found "x", expected an object'],
  [{ selector: { ingressClass: 5 } }, "selector.ingressClass: found 5, expected a string"],
  [
    { selector: { ingresClass: "x" } },
    "selector.ingresClass: found an unknown key, expected the key ingressClass",
  ],
  [{ integration: {} }, "integration: found an unknown key, expected the key integrations"],
  [{ integrations: [] }, "integrations: found a list, expected an object"],
  [
    { integrations: { zzzzzzzz: {} } },
    "integrations.zzzzzzzz: found an unknown key, expected one of the keys certManager, externalDNS",
  ],
  [
    { integrations: { externalDns: {} } },
    "integrations.externalDns: found an unknown key, expected the key externalDNS",
  ],
  [{ integrations: { certManager: true } }, "integrations.certManager: found true, expected an object"],
  [{ telemetry: { otlp: {} } }, "telemetry.otlp.endpoint: found nothing, expected a value"],
  ...["collector:4318", "grpc://collector:4317", "collector", ""].map((endpoint): [unknown, string] => [
    otlp({ endpoint }),
    `telemetry.otlp.endpoint: found "${endpoint}", expected an http or https URL, such as http://otel-collector.observability:4318`,
  ]),
  ...["15", "0s", "500ms", "2h", "soon"].map((interval): [unknown, string] => [
    otlp({ interval }),
    `telemetry.otlp.interval: found "${interval}", expected a duration from 1s to 1h, such as 15s`,
  ]),
  [otlp({ caBundle: "ca.crt" }), 'telemetry.otlp.caBundle: found "ca.crt", expected certificates in PEM'],
  [
    otlp({ header: "x" }),
    "telemetry.otlp.header: found an unknown key, expected one of the keys endpoint, interval, caBundle",
  ],
  [{ logLevel: "loud" }, 'logLevel: found "loud", expected debug or info or warn or error'],
  [externalDNS({ enabled: "no" }), 'integrations.externalDNS.enabled: found "no", expected true or false'],
  [
    externalDNS({ enable: false }),
    "integrations.externalDNS.enable: found an unknown key, expected the key enabled",
  ],
  [externalDNS({ onDisable: "x" }), 'integrations.externalDNS.onDisable: found "x", expected keep or delete'],
  [
    externalDNS({ targetIP: [] }),
    "integrations.externalDNS.targetIP: found an unknown key, expected the key targetIPs",
  ],
  [
    externalDNS({ targetIPs: ["192.0.2.1", "example.com"] }),
    'integrations.externalDNS.targetIPs[1]: found "example.com", expected an IP address',
  ],
  [
    externalDNS({ targetIPs: "192.0.2.1" }),
    'integrations.externalDNS.targetIPs: found "192.0.2.1", expected a list of IP addresses',
  ],
  [
    externalDNS({ ttl: 0 }),
    "integrations.externalDNS.ttl: found 0, expected a whole number of seconds from 1 to 2147483647",
  ],
  [
    externalDNS({ ttl: 1.5 }),
    "integrations.externalDNS.ttl: found 1.5, expected a whole number of seconds from 1 to 2147483647",
  ],
  [
    externalDNS({ ttl: 2 ** 31 }),
    "integrations.externalDNS.ttl: found 2147483648, expected a whole number of seconds from 1 to 2147483647",
  ],
  [
    externalDNS({ ttl: "5m" }),
    'integrations.externalDNS.ttl: found "5m", expected a whole number of seconds',
  ],
  [
    externalDNS({ targetService: { name: "t" } }),
    "integrations.externalDNS.targetService.namespace: found nothing, expected a value",
  ],
  [
    externalDNS({ targetService: { name: "../x", namespace: "n" } }),
    'integrations.externalDNS.targetService.name: found "../x", expected the name of a Kubernetes object',
  ],
  [
    externalDNS({ targetService: { name: "t", namespace: "n" }, targetIPs: ["192.0.2.1"] }),
    "integrations.externalDNS: found an object, expected either targetService or targetIPs, not both",
  ],
  [
    externalDNS({ pendingLoadBalancer: "x" }),
    'integrations.externalDNS.pendingLoadBalancer: found "x", expected private or wait',
  ],
  [
    template({ spec: { dnsNames: ["x"] } }),
    "integrations.certManager.certificateTemplate.spec.dnsNames: found a list, expected no dnsNames: it is taken from each route",
  ],
  [
    template({ spec: { secretName: "x" } }),
    'integrations.certManager.certificateTemplate.spec.secretName: found "x", expected no secretName: it is taken from each route',
  ],
  [
    template({ spec: { issuerRef: { kind: "Issuer" } } }),
    "integrations.certManager.certificateTemplate.spec.issuerRef.name: found nothing, expected a value",
  ],
  [
    template({ metadata: { labels: { a: 1 } } }),
    "integrations.certManager.certificateTemplate.metadata.labels.a: found 1, expected a string",
  ],
  [
    template({ metadata: { labels: { "a/b": 1 } } }),
    'integrations.certManager.certificateTemplate.metadata.labels["a/b"]: found 1, expected a string',
  ],
  [
    hostPolicy(["shop"], ["example.org", "*.example.com"]),
    'hostPolicy[0].suffixes[1]: found "*.example.com", expected example.com (a domain such as example.com, which allows itself and every name below it; without wildcard, scheme, port and path)',
  ],
  [
    hostPolicy(["shop"], ["192.0.2.1"]),
    'hostPolicy[0].suffixes[0]: found "192.0.2.1", expected a domain such as example.com, which allows itself and every name below it',
  ],
  [hostPolicy(["shop"], [5]), "hostPolicy[0].suffixes[0]: found 5, expected a string"],
  [
    hostPolicy(["shop"], "example.com"),
    'hostPolicy[0].suffixes: found "example.com", expected a list of strings',
  ],
  [
    hostPolicy(["Shop_*"], ["example.com"]),
    'hostPolicy[0].namespaces[0]: found "Shop_*", expected the name of a namespace, in which * stands for any text',
  ],
  [
    { hostPolicy: [{ namespaces: ["a"], suffixes: [], identities: ["10.0.0.0/33"] }] },
    'hostPolicy[0].identities[0]: found "10.0.0.0/33", expected an IP address, or a range such as 10.0.0.0/8',
  ],
  [
    { hostPolicy: [{ namespaces: ["a"], suffixes: [], identitis: [] }] },
    "hostPolicy[0].identitis: found an unknown key, expected the key identities",
  ],
  [
    template({ kind: "Secret" }),
    'integrations.certManager.certificateTemplate.kind: found "Secret", expected "Certificate"',
  ],
];

describe("what does not fit is refused with path, what was found and what is expected", () => {
  for (const [raw, message] of INVALID) {
    test(message, () => {
      assert.throws(() => parse(raw), { name: "InvalidConfigurationError", message });
    });
  }

  test("every problem at once, also of integrations that are off", () => {
    const raw = {
      selecto: {},
      logLevel: 1,
      integrations: { externalDNS: { enabled: false, ttl: 0, tll: 1 } },
    };
    assert.throws(
      () => parse(raw),
      (error) => {
        assert.ok(error instanceof InvalidConfigurationError);
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["logLevel", "selecto", "integrations.externalDNS.ttl", "integrations.externalDNS.tll"],
        );
        return true;
      },
    );
  });
});
