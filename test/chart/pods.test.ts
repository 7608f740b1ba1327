import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, only, type Rendered, render } from "./render.ts";

const PODS: Readonly<Record<string, string>> = {
  "serving.knative.dev/v1 Service": "spec.template",
  "batch/v1 CronJob": "spec.jobTemplate.spec.template",
  "batch/v1 Job": "spec.template",
};

function podsOf(objects: readonly Rendered[]): unknown[] {
  return objects.flatMap((object) => {
    const path = PODS[`${object.apiVersion} ${object.kind}`];
    return path === undefined ? [] : [at(object, path)];
  });
}

suite("pods", () => {
  test("meet the restricted Pod Security Standard", async () => {
    const pods = podsOf(await render());
    assert.equal(pods.length, 3);
    for (const pod of pods) {
      assert.deepEqual(at(pod, "spec.containers.0.securityContext"), {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      });
    }
  });

  test("carry the labels and annotations that the values ask for, yet keep their own", async () => {
    const pods = podsOf(
      await render({
        commonLabels: { team: "edge" },
        podLabels: { tier: "dns", "app.kubernetes.io/name": "mine" },
        podAnnotations: { "example.com/a": "b" },
        imagePullSecrets: [{ name: "registry" }],
      }),
    );
    for (const pod of pods) {
      assert.equal(at(pod, "metadata.labels.team"), "edge");
      assert.equal(at(pod, "metadata.labels.tier"), "dns");
      const labels = at(pod, "metadata.labels") as Record<string, string>;
      assert.equal(labels["app.kubernetes.io/name"], "traefik-cert-rotation");
      assert.equal((at(pod, "metadata.annotations") as Record<string, string>)["example.com/a"], "b");
      assert.deepEqual(at(pod, "spec.imagePullSecrets"), [{ name: "registry" }]);
    }
  });

  test("of the function get the environment that the values ask for", async () => {
    const objects = await render({ extraEnv: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }] });
    const service = objects.filter((object) => object.apiVersion === "serving.knative.dev/v1");
    assert.deepEqual(at(only(service, "Service"), "spec.template.spec.containers.0.env.2"), {
      name: "HTTPS_PROXY",
      value: "http://proxy:3128",
    });
  });

  test("have the resources of their values", async () => {
    const resources = { limits: { memory: "1Gi" } };
    const objects = await render({ resources, resync: { resources } });
    for (const pod of podsOf(objects))
      assert.equal(at(pod, "spec.containers.0.resources.limits.memory"), "1Gi");
  });

  test("no object carries a label of the chart's version into a selector or a pod", async () => {
    for (const pod of podsOf(await render())) {
      const labels = Object.keys(at(pod, "metadata.labels") as object);
      assert.deepEqual(labels.sort(), [
        "app.kubernetes.io/component",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/name",
      ]);
    }
  });
});
