import assert from "node:assert/strict";
import { suite, test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { annotation, at, only, type Rendered, render } from "./render.ts";

const REVISION = "spec.template.metadata.annotations";
const CONTAINER = "spec.template.spec.containers.0";
const AUTOSCALING = "autoscaling.knative.dev";

async function renderFunction(values: object = {}): Promise<Rendered> {
  return only((await render(values)).filter(isKnative), "Service");
}

function isKnative({ apiVersion }: Rendered): boolean {
  return apiVersion === "serving.knative.dev/v1";
}

suite("Knative Service", () => {
  test("is reachable from the cluster only and scales to zero", async () => {
    const service = await renderFunction();
    assert.equal(service.metadata.name, "traefik-cert-rotation");
    assert.equal(service.metadata.labels["networking.knative.dev/visibility"], "cluster-local");
    assert.equal(annotation(service, REVISION, `${AUTOSCALING}/min-scale`), "0");
    assert.equal(annotation(service, REVISION, `${AUTOSCALING}/max-scale`), "3");
    assert.equal(annotation(service, REVISION, `${AUTOSCALING}/window`), undefined);
  });

  test("takes its scaling from the values", async () => {
    const service = await renderFunction({
      serving: {
        minScale: 1,
        maxScale: 20,
        window: "30s",
        scaleToZeroPodRetentionPeriod: "5m",
        containerConcurrency: 10,
        timeoutSeconds: 600,
        annotations: { [`${AUTOSCALING}/target-burst-capacity`]: "-1" },
      },
    });
    assert.deepEqual(
      ["min-scale", "max-scale", "window", "scale-to-zero-pod-retention-period", "target-burst-capacity"].map(
        (name) => annotation(service, REVISION, `${AUTOSCALING}/${name}`),
      ),
      ["1", "20", "30s", "5m", "-1"],
    );
    assert.equal(at(service, "spec.template.spec.containerConcurrency"), 10);
    assert.equal(at(service, "spec.template.spec.timeoutSeconds"), 600);
  });

  test("has as long for the beginning of an answer as for all of it, and so have the Jobs that wait for it", async () => {
    for (const [timeoutSeconds, args] of [
      [30, ["resync"]],
      [300, ["resync"]],
      [301, ["resync", "--timeout", "301"]],
      [2_000_000, ["resync", "--timeout", "86400"]],
    ] as const) {
      const objects = await render({ serving: { timeoutSeconds } });
      const spec = at(only(objects.filter(isKnative), "Service"), "spec.template.spec");
      assert.equal(at(spec, "timeoutSeconds"), timeoutSeconds);
      assert.equal(at(spec, "responseStartTimeoutSeconds"), timeoutSeconds);
      const jobs = [
        at(only(objects, "CronJob"), "spec.jobTemplate.spec.template.spec"),
        at(only(objects, "Job"), "spec.template.spec"),
      ];
      for (const pod of jobs) assert.deepEqual(at(pod, "containers.0.args"), args);
    }
  });

  test("uses no field that Serving refuses with its default feature flags", async () => {
    const spec = at(await renderFunction(), "spec.template.spec");
    assert.deepEqual(Object.keys(spec as object).sort(), [
      "containerConcurrency",
      "containers",
      "enableServiceLinks",
      "responseStartTimeoutSeconds",
      "serviceAccountName",
      "timeoutSeconds",
      "volumes",
    ]);
    assert.equal(at(spec, "enableServiceLinks"), false);
    assert.deepEqual(at(spec, "containers.0.readinessProbe"), { httpGet: { path: "/health/readiness" } });
    assert.deepEqual(at(spec, "containers.0.livenessProbe"), { httpGet: { path: "/health/liveness" } });
    assert.deepEqual(at(spec, "containers.0.ports"), [{ containerPort: 8080 }]);
    const reserved = ["PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION"];
    const env = at(spec, "containers.0.env") as { name: string }[];
    assert.deepEqual(
      env.filter(({ name }) => reserved.includes(name)),
      [],
    );
  });

  test("asks for scheduling only where a value does", async () => {
    const scheduling = {
      nodeSelector: { "kubernetes.io/arch": "arm64" },
      tolerations: [{ key: "spot", operator: "Exists" }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [] }] },
        },
      },
      priorityClassName: "low",
    };
    const objects = await render(scheduling);
    for (const pod of [
      at(only(objects.filter(isKnative), "Service"), "spec.template.spec"),
      at(only(objects, "CronJob"), "spec.jobTemplate.spec.template.spec"),
      at(only(objects, "Job"), "spec.template.spec"),
    ]) {
      for (const [field, value] of Object.entries(scheduling)) assert.deepEqual(at(pod, field), value);
    }
  });

  test("knows its instance and its configuration file", async () => {
    const objects = await render({}, { name: "internal", namespace: "edge" });
    const service = only(objects.filter(isKnative), "Service");
    assert.deepEqual(at(service, `${CONTAINER}.command`), ["/nodejs/bin/node", "/app/serve.cjs"]);
    assert.deepEqual(at(service, `${CONTAINER}.args`), ["--config", "/etc/traefik-cert-rotater/config.json"]);
    assert.deepEqual(at(service, `${CONTAINER}.env`), [
      { name: "INSTANCE", value: "edge/internal" },
      { name: "GRACE_SECONDS", value: "265" },
      { name: "CONFIG_MAP", value: "edge/internal-traefik-cert-rotation-config" },
    ]);
    const volumes = at(service, "spec.template.spec.volumes");
    assert.deepEqual(volumes, [
      { name: "config", configMap: { name: only(objects, "ConfigMap").metadata.name } },
    ]);
    assert.deepEqual(at(service, `${CONTAINER}.volumeMounts`), [
      { name: "config", mountPath: "/etc/traefik-cert-rotater", readOnly: true },
    ]);
  });

  test("runs an image by tag, by the chart's version, or by digest", async () => {
    const imageOf = async (image: object) => at(await renderFunction({ image }), `${CONTAINER}.image`);
    const digest = `sha256:${"a".repeat(64)}`;
    assert.equal(
      await imageOf({}),
      `ghcr.io/traefik-cert-rotater/traefik-cert-rotater:${packageJson.version}`,
    );
    assert.equal(await imageOf({ repository: "example.com/x", tag: "2" }), "example.com/x:2");
    assert.equal(await imageOf({ repository: "localhost:5000/x", tag: "2" }), "localhost:5000/x:2");
    assert.equal(
      await imageOf({ registry: "mirror:5000/a", repository: "x", tag: "2" }),
      "mirror:5000/a/x:2",
    );
    assert.equal(await imageOf({ registry: "", repository: "team/x", tag: "2" }), "team/x:2");
    assert.equal(await imageOf({ repository: "example.com/x", tag: "2", digest }), `example.com/x@${digest}`);
  });

  test("rolls when the configuration changes, and not otherwise", async () => {
    const checksum = async (values: object) =>
      annotation(await renderFunction(values), REVISION, "checksum/config");
    const standard = await checksum({});
    assert.match(String(standard), /^[0-9a-f]{64}$/);
    assert.equal(await checksum({ serving: { maxScale: 7 } }), standard);
    assert.notEqual(await checksum({ integrations: { externalDNS: { ttl: 60 } } }), standard);
  });
});
