import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { annotation, at, only, render } from "./render.ts";

const deployment = await render({ serving: { mode: "deployment" } });
const service = only(deployment, "Service");

suite("serving.mode deployment", () => {
  test("runs one pod without Knative Serving", () => {
    assert.ok(!deployment.some(({ apiVersion }) => apiVersion.startsWith("serving.knative.dev")));
    const object = only(deployment, "Deployment");
    assert.equal(at(object, "spec.replicas"), 1);
    assert.equal(at(object, "spec.template.spec.terminationGracePeriodSeconds"), 300);
    assert.match(
      String(annotation(object, "spec.template.metadata.annotations", "checksum/config")),
      /^[0-9a-f]{64}$/,
    );
    assert.deepEqual(at(object, "spec.template.spec.containers.0.readinessProbe"), {
      httpGet: { path: "/health/readiness", port: "http" },
      periodSeconds: 1,
    });
  });

  test("waits before it stops, within the time that the pod has, where Kubernetes can", async () => {
    const lifecycle = async (version: string, values = {}) => {
      const serving = { mode: "deployment", ...values };
      const objects = await render({ serving }, undefined, ["--kube-version", version]);
      return at(only(objects, "Deployment"), "spec.template.spec.containers.0.lifecycle");
    };
    assert.deepEqual(await lifecycle("1.30.0"), { preStop: { sleep: { seconds: 3 } } });
    assert.deepEqual(await lifecycle("1.36.3", { timeoutSeconds: 1 }), {
      preStop: { sleep: { seconds: 1 } },
    });
    assert.deepEqual(await lifecycle("1.30.0", { preStopSeconds: 9 }), {
      preStop: { sleep: { seconds: 9 } },
    });
    assert.equal(await lifecycle("1.30.0", { preStopSeconds: 0 }), undefined);
    assert.equal(await lifecycle("1.29.9"), undefined);
  });

  test("lets work end before the kubelet ends the pod, the wait before the signal included", async () => {
    const graceSeconds = async (values: object) => {
      const objects = await render({ serving: { mode: "deployment", timeoutSeconds: 60, ...values } });
      const env = at(only(objects, "Deployment"), "spec.template.spec.containers.0.env");
      return (env as { name: string; value: string }[]).find(({ name }) => name === "GRACE_SECONDS")?.value;
    };
    assert.equal(await graceSeconds({}), "55");
    assert.equal(await graceSeconds({ preStopSeconds: 20 }), "38");
    assert.equal(await graceSeconds({ preStopSeconds: 90 }), "1");
  });

  test("runs the same container as mode knative, but for ports, probes and time to end", async () => {
    const knative = (await render()).filter(({ apiVersion }) => apiVersion === "serving.knative.dev/v1");
    const [first, second] = [only(knative, "Service"), only(deployment, "Deployment")].map((object) => {
      const {
        ports,
        readinessProbe,
        livenessProbe,
        lifecycle: _,
        env,
        ...rest
      } = at(object, "spec.template.spec.containers.0") as Record<string, unknown>;
      assert.ok(ports && readinessProbe && livenessProbe && env);
      return rest;
    });
    assert.deepEqual(second, first);
  });

  test("reaches the pod through a Service whose name Knative would not take", () => {
    assert.equal(service.metadata.name, "traefik-cert-rotation-http");
    const labels = at(only(deployment, "Deployment"), "spec.template.metadata.labels");
    assert.deepEqual(at(service, "spec.selector"), labels);
    assert.deepEqual(at(only(deployment, "Deployment"), "spec.selector.matchLabels"), labels);
    assert.deepEqual(at(service, "spec.ports"), [{ name: "http", port: 80, targetPort: "http" }]);
  });

  test("sends events there, of sources and of the resync", () => {
    const sink = {
      apiVersion: "v1",
      kind: "Service",
      name: "traefik-cert-rotation-http",
      namespace: "traefik-cert-rotation",
    };
    for (const suffix of ["-routes", "-children-certmanager", "-children-externaldns"])
      assert.deepEqual(at(only(deployment, "ApiServerSource", suffix), "spec.sink"), { ref: sink });
    assert.equal(
      at(only(deployment, "Job"), "spec.template.spec.containers.0.env.0.value"),
      "http://traefik-cert-rotation-http.traefik-cert-rotation.svc.cluster.local",
    );
  });

  test("opens the function's own port to its namespace", () => {
    const port = [{ port: 8080, protocol: "TCP" }];
    assert.deepEqual(at(only(deployment, "NetworkPolicy", "-function"), "spec.ingress"), [
      { from: [{ podSelector: {} }], ports: port },
    ]);
    assert.deepEqual(at(only(deployment, "NetworkPolicy", "-resync"), "spec.egress.1"), {
      to: [{ podSelector: { matchLabels: at(service, "spec.selector") } }],
      ports: port,
    });
  });
});
