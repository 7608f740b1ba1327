import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseConfiguration } from "../../functions/config/parse.ts";
import { INTEGRATIONS } from "../../functions/integrations/index.ts";
import { at, only, type Rendered, render } from "./render.ts";

const CONTAINER = "spec.template.spec.containers.0";

function otlp(settings: object) {
  return { telemetry: { otlp: settings } };
}

function configuration(objects: readonly Rendered[]) {
  const config = only(objects, "ConfigMap", "-config");
  return parseConfiguration(
    JSON.parse(String((at(config, "data") as Record<string, unknown>)["config.json"])),
    INTEGRATIONS,
  ).configuration;
}

function receiver(objects: readonly Rendered[]): unknown {
  const [, , ...rest] = at(only(objects, "NetworkPolicy", "-function"), "spec.egress") as unknown[];
  return rest;
}

function variables(objects: readonly Rendered[]): readonly { readonly name: string }[] {
  const service = only(
    objects.filter(({ apiVersion }) => apiVersion === "serving.knative.dev/v1"),
    "Service",
  );
  return at(service, `${CONTAINER}.env`) as { name: string }[];
}

suite("telemetry", () => {
  test("goes nowhere by default", async () => {
    const objects = await render();
    assert.equal(configuration(objects).telemetry, null);
    assert.deepEqual(receiver(objects), []);
  });

  test("goes where the values say, and the function reads what the chart writes", async () => {
    const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const headersFromSecret = { name: "otlp", key: "headers" };
    const endpoint = "https://otlp.example.com/tenant";
    const objects = await render(otlp({ endpoint, interval: "1m", caBundle: pem, headersFromSecret }));
    assert.deepEqual(configuration(objects).telemetry, {
      endpoint: new URL(endpoint),
      intervalSeconds: 60,
      caBundle: pem,
    });
    const variable = variables(objects).find(({ name }) => name === "OTEL_EXPORTER_OTLP_HEADERS");
    assert.deepEqual(at(variable, "valueFrom.secretKeyRef"), headersFromSecret);
  });

  test("without a receiver there are no headers for it", async () => {
    const objects = await render(otlp({ headersFromSecret: { name: "otlp", key: "headers" } }));
    assert.ok(!variables(objects).some(({ name }) => name === "OTEL_EXPORTER_OTLP_HEADERS"));
  });

  const inNamespace = (name: string) => [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } },
  ];
  for (const [endpoint, port, to] of [
    ["http://collector:4318", 4318, inNamespace("traefik-cert-rotation")],
    ["http://collector.observability:4318", 4318, inNamespace("observability")],
    ["http://collector.observability.svc", 80, inNamespace("observability")],
    ["https://collector.observability.svc.cluster.local/base", 443, inNamespace("observability")],
    ["http://192.0.2.7:4318", 4318, [{ ipBlock: { cidr: "192.0.2.7/32" } }]],
    ["http://[fd00::7]:4318", 4318, [{ ipBlock: { cidr: "fd00::7/128" } }]],
    ["https://otlp.example.com", 443, undefined],
  ] as const) {
    test(`the NetworkPolicy opens the way to ${endpoint} and no other`, async () => {
      const rule = { ports: [{ port, protocol: "TCP" }], ...(to === undefined ? {} : { to }) };
      assert.deepEqual(receiver(await render(otlp({ endpoint }))), [rule]);
    });
  }

  for (const [settings, path] of [
    [{ endpoint: "collector:4318" }, /telemetry\/otlp\/endpoint/],
    [{ endpoint: "http://c", interval: "15" }, /telemetry\/otlp\/interval/],
    [{ endpoint: "http://c", headersFromSecret: { name: "s" } }, /telemetry\/otlp\/headersFromSecret/],
    [{ endpoint: "http://c", caBundle: "ca.crt" }, /telemetry\/otlp\/caBundle/],
  ] as const) {
    test(`${JSON.stringify(settings)} stops the install`, () => assert.rejects(render(otlp(settings)), path));
  }
});
