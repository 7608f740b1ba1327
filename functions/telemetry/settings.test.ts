import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readSettings } from "./settings.ts";

const INSTALLATION = "edge/tcr";
const configured = { endpoint: new URL("http://file:4318/base/"), intervalSeconds: 5, caBundle: "PEM" };

function read(env: NodeJS.ProcessEnv, file: typeof configured | null = null) {
  const { targets, ...rest } = readSettings(file, env, INSTALLATION);
  return { ...rest, metrics: targets.metrics, traces: targets.traces };
}

suite("where telemetry goes", () => {
  test("as the file says: a path for each signal", () => {
    const { metrics, traces, intervalMs, warnings } = read({ OTEL_METRIC_EXPORT_INTERVAL: "7" }, configured);
    assert.equal(metrics?.url.href, "http://file:4318/base/v1/metrics");
    assert.equal(traces?.url.href, "http://file:4318/base/v1/traces");
    assert.deepEqual(metrics?.tls, { ca: "PEM" });
    assert.deepEqual([intervalMs, warnings], [5_000, []]);
  });

  test("as the variables say, one for a signal before one for all", () => {
    const { metrics, traces, intervalMs } = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://all",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces/as/it/is",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x, b = c ",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "of=metrics",
      OTEL_EXPORTER_OTLP_TIMEOUT: "2000",
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: "gzip",
      OTEL_METRIC_EXPORT_INTERVAL: "60000",
    });
    assert.deepEqual(
      [metrics?.url.href, traces?.url.href],
      ["https://all/v1/metrics", "https://traces/as/it/is"],
    );
    assert.deepEqual(metrics?.headers, { of: "metrics" });
    assert.deepEqual(traces?.headers, { authorization: "Bearer x", b: "c" });
    assert.deepEqual([metrics?.timeoutMs, intervalMs], [2_000, 60_000]);
    assert.deepEqual([metrics?.compresses, traces?.compresses], [false, true]);
  });

  test("the file goes before a variable for all signals, and after one for its own", () => {
    const { metrics, traces } = read(
      { OTEL_EXPORTER_OTLP_ENDPOINT: "https://all", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces/" },
      configured,
    );
    assert.deepEqual([metrics?.url.host, traces?.url.host], ["file:4318", "traces"]);
  });

  test("a signal that goes nowhere", () => {
    const { metrics, traces } = read({ OTEL_TRACES_EXPORTER: "none" }, configured);
    assert.deepEqual([metrics?.url.host, traces], ["file:4318", null]);
  });

  test("all processes of an installation say the same of themselves, and what the user adds", () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: "k8s.cluster.name=a%2Cb,service.name=x", OTEL_SERVICE_NAME: "y" };
    assert.deepEqual(read(env, configured).resource, {
      "service.name": "y",
      "service.namespace": "edge",
      "service.instance.id": INSTALLATION,
      "k8s.cluster.name": "a,b",
    });
  });

  for (const [variable, value, warning] of [
    [
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "collector",
      /found "collector", expected an http or https URL; it is not used/,
    ],
    [
      "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
      "grpc://c",
      /METRICS_ENDPOINT: found "grpc:\/\/c", expected an http/,
    ],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", /found "grpc", expected http\/json/],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "10s", /found "10s", expected milliseconds/],
    ["OTEL_EXPORTER_OTLP_CLIENT_KEY", "/nowhere", /expected a file that can be read \(.*\)/],
    ["OTEL_METRIC_EXPORT_INTERVAL", "0", /found "0", expected milliseconds/],
    ["OTEL_TRACES_SAMPLER", "sometimes", /found "sometimes", expected one of OpenTelemetry's samplers/],
    ["OTEL_RESOURCE_ATTRIBUTES", "a=%", /found "a=%", expected a list of key=value/],
    [
      "OTEL_EXPORTER_OTLP_HEADERS",
      "s3cret",
      /^OTEL_EXPORTER_OTLP_HEADERS is no list of key=value; what is none/,
    ],
  ] as const) {
    test(`${variable} ${value}: one warning, and all else holds`, () => {
      const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://traces/", [variable]: value };
      const { traces, warnings } = read(env);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", warning);
      assert.doesNotMatch(warnings[0] ?? "", /s3cret/);
      assert.equal(traces?.url.host, "traces");
    });
  }
});
