import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, only, render } from "./render.ts";

const objects = await render({ serving: { mode: "keda" } });
const alias = "traefik-cert-rotation-interceptor";

suite("serving.mode keda", () => {
  test("runs a Deployment whose replicas are KEDA's to set", () => {
    assert.ok(!objects.some(({ apiVersion }) => apiVersion.startsWith("serving.knative.dev")));
    assert.equal(at(only(objects, "Deployment"), "spec.replicas"), undefined);
    assert.deepEqual(at(only(objects, "ScaledObject"), "spec"), {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "traefik-cert-rotation" },
      minReplicaCount: 0,
      maxReplicaCount: 3,
      cooldownPeriod: 60,
      triggers: [
        {
          type: "external-push",
          metadata: {
            scalerAddress: "keda-add-ons-http-external-scaler.keda:9090",
            interceptorRoute: only(objects, "InterceptorRoute").metadata.name,
          },
        },
      ],
    });
  });

  test("leads the interceptor from the name that senders ask for to the pods' Service", () => {
    const service = only(objects, "Service", "-http");
    assert.deepEqual(at(only(objects, "InterceptorRoute"), "spec.target"), {
      service: service.metadata.name,
      portName: at(service, "spec.ports.0.name"),
    });
    const { hostname } = new URL(String(at(only(objects, "ApiServerSource", "-routes"), "spec.sink.uri")));
    assert.ok((at(only(objects, "InterceptorRoute"), "spec.rules.0.hosts") as string[]).includes(hostname));
    assert.equal(hostname, `${alias}.traefik-cert-rotation.svc.cluster.local`);
    const { externalName, type } = at(only(objects, "Service", "-interceptor"), "spec") as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [type, externalName],
      ["ExternalName", "keda-add-ons-http-interceptor-proxy.keda.svc.cluster.local"],
    );
  });

  test("gives senders the interceptor's port, which no reference to a Service could", () => {
    const url = `http://${alias}.traefik-cert-rotation.svc.cluster.local:8080`;
    for (const suffix of ["-routes", "-children-certmanager", "-children-externaldns"])
      assert.deepEqual(at(only(objects, "ApiServerSource", suffix), "spec.sink"), { uri: url });
    assert.equal(at(only(objects, "Job"), "spec.template.spec.containers.0.env.0.value"), url);
  });

  test("never answers in the function's place, and gives a resync its time", () => {
    const spec = at(only(objects, "InterceptorRoute"), "spec");
    assert.equal(at(spec, "coldStart"), undefined);
    assert.deepEqual(at(spec, "timeouts"), { request: "300s", responseHeader: "300s" });
  });

  test("takes its settings from the values", async () => {
    const set = await render({
      serving: {
        mode: "keda",
        minScale: 1,
        maxScale: 0,
        keda: {
          namespace: "scaling",
          interceptorService: "proxy",
          interceptorPort: 80,
          scaler: "scaler:9000",
          targetConcurrency: 2,
          cooldownPeriod: 5,
        },
      },
    });
    const scaled = at(only(set, "ScaledObject"), "spec");
    assert.equal(at(scaled, "minReplicaCount"), 1);
    assert.equal(at(scaled, "maxReplicaCount"), undefined);
    assert.equal(at(scaled, "cooldownPeriod"), 5);
    assert.equal(at(scaled, "triggers.0.metadata.scalerAddress"), "scaler.scaling:9000");
    assert.equal(at(only(set, "InterceptorRoute"), "spec.scalingMetric.concurrency.targetValue"), 2);
    assert.equal(
      at(only(set, "Service", "-interceptor"), "spec.externalName"),
      "proxy.scaling.svc.cluster.local",
    );
    assert.match(String(at(only(set, "ApiServerSource", "-routes"), "spec.sink.uri")), /:80$/);
  });
});
