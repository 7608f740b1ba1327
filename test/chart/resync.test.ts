import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { at, chart, helm, only, type Rendered, render, servedKinds } from "./render.ts";

async function jobName(values: object = {}, flags: readonly string[] = []): Promise<string> {
  return only(await render(values, undefined, flags), "Job").metadata.name;
}

suite("resync", () => {
  test("is asked for by the CLI in the function's image, without rights", async () => {
    const objects = await render();
    const cronJob = only(objects, "CronJob");
    const { jobTemplate: _jobTemplate, ...spec } = at(cronJob, "spec") as Record<string, unknown>;
    assert.deepEqual(spec, {
      schedule: "17 * * * *",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
    });
    for (const pod of [
      at(cronJob, "spec.jobTemplate.spec.template.spec"),
      at(only(objects, "Job"), "spec.template.spec"),
    ]) {
      assert.equal(at(pod, "automountServiceAccountToken"), false);
      assert.equal(at(pod, "serviceAccountName"), undefined);
      assert.equal(at(pod, "restartPolicy"), "Never");
      assert.deepEqual(at(pod, "containers.0.command"), [
        "/nodejs/bin/node",
        "/app/traefik-cert-rotater.cjs",
      ]);
      assert.deepEqual(at(pod, "containers.0.args"), ["resync"]);
      assert.deepEqual(at(pod, "containers.0.env"), [
        { name: "K_SINK", value: "http://traefik-cert-rotation.traefik-cert-rotation.svc.cluster.local" },
      ]);
    }
  });

  test("fails at once after wrong usage and where deletions are blocked: only a person can change that", async () => {
    const objects = await render();
    for (const spec of [
      at(only(objects, "CronJob"), "spec.jobTemplate.spec"),
      at(only(objects, "Job"), "spec"),
    ]) {
      assert.deepEqual(at(spec, "podFailurePolicy.rules"), [
        { action: "FailJob", onExitCodes: { containerName: "resync", operator: "In", values: [2, 3] } },
      ]);
    }
  });

  test("goes to the function of the release, in the cluster's domain", async () => {
    const objects = await render({ clusterDomain: "example.org" }, { name: "a", namespace: "b" });
    assert.equal(
      at(only(objects, "Job"), "spec.template.spec.containers.0.env.0.value"),
      "http://a-traefik-cert-rotation.b.svc.example.org",
    );
  });

  test("takes limits from the values", async () => {
    const objects = await render({ resync: { backoffLimit: 1, startingDeadlineSeconds: 30 } });
    assert.equal(at(only(objects, "Job"), "spec.backoffLimit"), 1);
    assert.equal(at(only(objects, "CronJob"), "spec.startingDeadlineSeconds"), 30);
  });

  test("writes large limits as Kubernetes reads them, not as 2e+06", async () => {
    const resync = { activeDeadlineSeconds: 2_000_000 };
    assert.match(await helm(["template", chart], { resync }), /activeDeadlineSeconds: 2000000$/m);
  });

  test("can be switched off, by schedule and at install", async () => {
    const kinds = (await render({ resync: { schedule: "", onInstall: false } })).map(({ kind }) => kind);
    assert.ok(!kinds.includes("CronJob"));
    assert.ok(!kinds.includes("Job"));
  });
});

suite("resync.mode", () => {
  const kindsOf = async (resync: object) =>
    (await render({ resync })).map(({ kind }) => kind).filter((kind) => /^(CronJob|PingSource)$/.test(kind));

  test("says what asks on schedule", async () => {
    assert.deepEqual(await kindsOf({}), ["CronJob"]);
    assert.deepEqual(await kindsOf({ mode: "pingsource" }), ["PingSource"]);
    assert.deepEqual((await kindsOf({ mode: "both" })).sort(), ["CronJob", "PingSource"]);
    assert.deepEqual(await kindsOf({ mode: "both", schedule: "" }), []);
  });

  test("has the PingSource ask at the same time or at one of its own", async () => {
    const source = only(await render({ resync: { mode: "pingsource" } }), "PingSource");
    assert.deepEqual(at(source, "spec"), {
      schedule: "17 * * * *",
      contentType: "application/json",
      data: "{}",
      sink: {
        ref: {
          apiVersion: "serving.knative.dev/v1",
          kind: "Service",
          name: "traefik-cert-rotation",
          namespace: "traefik-cert-rotation",
        },
      },
    });
    const other = await render({ resync: { mode: "both", pingSchedule: "47 * * * *" } });
    assert.equal(at(only(other, "PingSource"), "spec.schedule"), "47 * * * *");
    assert.equal(at(only(other, "CronJob"), "spec.schedule"), "17 * * * *");
  });
});

suite("resync.sinkBinding", () => {
  test("selects the CronJob's Jobs by labels that they carry, and no other Job", async () => {
    const objects = await render({ resync: { sinkBinding: true } });
    const { apiVersion, kind, selector } = at(only(objects, "SinkBinding"), "spec.subject") as {
      apiVersion: string;
      kind: string;
      selector: { matchLabels: object };
    };
    assert.deepEqual([apiVersion, kind], ["batch/v1", "Job"]);
    assert.deepEqual(at(only(objects, "CronJob"), "spec.jobTemplate.metadata.labels"), selector.matchLabels);
    const { labels } = only(objects, "Job").metadata;
    assert.notDeepEqual({ ...labels, ...selector.matchLabels }, labels);
  });

  test("needs a CronJob to bind", async () => {
    const kinds = async (resync: object) =>
      (await render({ resync: { sinkBinding: true, ...resync } })).map(({ kind }) => kind);
    assert.ok(!(await kinds({ mode: "pingsource" })).includes("SinkBinding"));
    assert.ok(!(await kinds({ schedule: "" })).includes("SinkBinding"));
  });
});

suite("resync.fanOut", () => {
  const sinkOf = async (values: object) => {
    const knative = (await render(values)).filter(({ apiVersion }) => /^serving|^apps/.test(apiVersion));
    const [object] = knative;
    const env = at(object, "spec.template.spec.containers.0.env") as { name: string; value: string }[];
    return env.find(({ name }) => name === "K_SINK")?.value;
  };
  const resync = { fanOut: true };
  const host = "traefik-cert-rotation.svc.cluster.local";

  test("is off by default", async () => {
    assert.equal(await sinkOf({}), undefined);
  });

  test("sends to the function's own address in every mode of serving", async () => {
    assert.equal(await sinkOf({ resync }), `http://traefik-cert-rotation.${host}`);
    assert.equal(
      await sinkOf({ resync, serving: { mode: "keda" } }),
      `http://traefik-cert-rotation-interceptor.${host}:8080`,
    );
    assert.equal(
      await sinkOf({ resync, serving: { mode: "deployment" } }),
      `http://traefik-cert-rotation-http.${host}`,
    );
  });

  test("sends to the Broker where there is one, whose address its class decides", async () => {
    const path = "traefik-cert-rotation/traefik-cert-rotation-broker";
    const broker = (settings: object) => sinkOf({ resync, delivery: { mode: "broker", broker: settings } });
    const eventing = "knative-eventing.svc.cluster.local";
    assert.equal(await broker({}), `http://broker-ingress.${eventing}/${path}`);
    assert.equal(await broker({ class: "Kafka" }), `http://kafka-broker-ingress.${eventing}/${path}`);
    assert.equal(await broker({ class: "Mine", url: "http://mine/" }), "http://mine/");
    await assert.rejects(broker({ class: "Mine" }), /class Mine: set delivery\.broker\.url/);
  });
});

suite("the Job at install", () => {
  test("is no hook and stays, so that GitOps does not make it again", async () => {
    const job = only(await render(), "Job");
    const annotations = Object.keys(job.metadata.annotations ?? {});
    assert.deepEqual(
      annotations.filter((key) => key.includes("hook")),
      [],
    );
    assert.equal(at(job, "spec.ttlSecondsAfterFinished"), undefined);
  });

  test("has a new name for a new configuration, image or template", async () => {
    const names = await Promise.all([
      jobName(),
      jobName({ selector: { ingressClass: "internal" } }),
      jobName({ image: { tag: "0.2.0" } }),
      jobName({ resync: { resources: { limits: { memory: "64Mi" } } } }),
      jobName({ podLabels: { a: "b" } }),
      jobName({}, servedKinds()),
      jobName({}, servedKinds("DNSEndpoint")),
    ]);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^traefik-cert-rotation-resync-[0-9a-f]{8}$/);
  });

  test("keeps its name, and so its template, whatever else changes", async () => {
    const specOf = (job: Rendered) => at(job, "spec");
    const standard = only(await render(), "Job");
    for (const values of [
      { serving: { maxScale: 9, annotations: { a: "b" } } },
      { networkPolicy: { enabled: false } },
      { resync: { schedule: "5 * * * *" } },
      { resources: { limits: { memory: "1Gi" } } },
    ]) {
      const job = only(await render(values), "Job");
      assert.equal(job.metadata.name, standard.metadata.name);
      assert.deepEqual(specOf(job), specOf(standard));
    }
  });
});
