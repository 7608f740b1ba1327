import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UnavailableError } from "../../kubernetes/errors.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { followJob } from "./follow-job.ts";
import { hindranceOf, isResyncCronJob, jobOf, stateOf } from "./job.ts";

function cronJob(containers: readonly object[]): KubernetesObject {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { namespace: "ops", name: "r".repeat(52), uid: "1-2" },
    spec: {
      schedule: "17 * * * *",
      jobTemplate: {
        metadata: { labels: { component: "scheduled-resync" }, annotations: { team: "edge" } },
        spec: {
          backoffLimit: 6,
          template: { metadata: { labels: { a: "b" } }, spec: { restartPolicy: "Never", containers } },
        },
      },
    },
  };
}

const RESYNC = { name: "resync", image: "x", args: ["resync"] };

function pod(name: string, status: object): KubernetesObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, creationTimestamp: name }, status };
}

const container = (state: object) => ({ containerStatuses: [{ name: "resync", state }] });

const job = (...conditions: object[]): KubernetesObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "job" },
  status: { conditions },
});

describe("the Job of a resync", () => {
  test("is the CronJob's, with what the resync is about", () => {
    const source = cronJob([{ name: "proxy", args: ["x"] }, RESYNC]);
    const made = jobOf(source, { namespace: "shop", name: "web", confirmDeletions: true }, "c0ffee");
    assert.deepEqual(made, {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: `${"r".repeat(52)}-cli-c0ffee`,
        namespace: "ops",
        labels: { component: "scheduled-resync" },
        annotations: { team: "edge", "cronjob.kubernetes.io/instantiate": "manual" },
        ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: "r".repeat(52), uid: "1-2" }],
      },
      spec: {
        backoffLimit: 6,
        ttlSecondsAfterFinished: 3600,
        template: {
          metadata: { labels: { a: "b" } },
          spec: {
            restartPolicy: "Never",
            containers: [
              { name: "proxy", args: ["x"] },
              { ...RESYNC, args: ["resync", "--namespace", "shop", "--name", "web", "--confirm-deletions"] },
            ],
          },
        },
      },
    });
    assert.equal(made.metadata.name.length, 63);
    assert.notEqual(jobOf(source, {}).metadata.name, jobOf(source, {}).metadata.name);
  });

  test("is made only from a CronJob that asks for resyncs", () => {
    assert.equal(isResyncCronJob(cronJob([RESYNC])), true);
    assert.equal(isResyncCronJob(cronJob([{ name: "backup" }])), false);
    assert.equal(
      isResyncCronJob({ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "x" } }),
      false,
    );
  });

  test("has ended when its controller says so", () => {
    assert.deepEqual(stateOf(job()), { state: "running" });
    assert.deepEqual(stateOf(job({ type: "Complete", status: "True" })), { state: "complete" });
    assert.deepEqual(
      stateOf(job({ type: "Suspended", status: "True" }, { type: "Failed", status: "False" })),
      {
        state: "running",
      },
    );
    const failed = { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" };
    assert.deepEqual(stateOf(job(failed)), { state: "failed", why: "BackoffLimitExceeded: too often" });
  });

  test("what keeps its pod from starting is reported, and what is on its way is not", () => {
    const waiting = (reason: string, message?: string) =>
      hindranceOf(pod("a", container({ waiting: { reason, message } })));
    assert.equal(waiting("ImagePullBackOff", "no such image"), "ImagePullBackOff: no such image");
    assert.equal(waiting("ContainerCreating"), null);
    const conditions = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "no node" },
    ];
    assert.equal(hindranceOf(pod("a", { conditions })), "Unschedulable: no node");
    assert.equal(hindranceOf(pod("a", container({ running: {} }))), null);
  });
});

describe("following a Job", () => {
  interface Moment {
    readonly job: KubernetesObject | null | Error;
    readonly pods?: readonly KubernetesObject[];
    readonly logs?: Readonly<Record<string, string>>;
  }

  /** Each wait goes on to the next moment. */
  async function follow(...moments: readonly Moment[]) {
    const lines: string[] = [];
    const hindrances: string[] = [];
    let now = 0;
    const moment = () => moments[now] ?? { job: null };
    const end = await followJob(
      {
        job: async () => {
          const { job } = moment();
          if (job instanceof Error) throw job;
          return job;
        },
        pods: async () => moment().pods ?? [],
        log: async (name) => {
          const text = moment().logs?.[name];
          if (text === undefined) throw new UnavailableError(`GET ${name}/log`, "no kubelet");
          return text;
        },
      },
      {
        wait: async () => void now++,
        onLine: (line) => void lines.push(line),
        onHindrance: (text) => void hindrances.push(text),
      },
    );
    return { end, lines, hindrances };
  }

  const running = pod("1", container({ running: {} }));
  const ended = (name: string, exitCode: number) => pod(name, container({ terminated: { exitCode } }));

  test("writes each whole line of each pod once, as it comes", async () => {
    const { end, lines } = await follow(
      { job: job() },
      { job: job(), pods: [running], logs: { 1: "one\nhal" } },
      { job: job(), pods: [ended("1", 1)], logs: { 1: "one\nhalf\n" } },
      {
        job: job(),
        pods: [running, ended("1", 1)].map((each, i) =>
          i === 0 ? { ...each, metadata: { name: "2", creationTimestamp: "2" } } : each,
        ),
        logs: { 1: "one\nhalf\n", 2: "" },
      },
      {
        job: job({ type: "Complete", status: "True" }),
        pods: [ended("2", 0), ended("1", 1)],
        logs: { 1: "one\nhalf\n", 2: "two\n" },
      },
    );
    assert.deepEqual(lines, ["one", "half", "two"]);
    assert.deepEqual(end, { state: { state: "complete" }, exitCode: 0 });
  });

  test("reports once what is in the way, and goes on when the API server fails for a while", async () => {
    const waiting = pod("1", container({ waiting: { reason: "ImagePullBackOff" } }));
    const { end, hindrances } = await follow(
      { job: job(), pods: [waiting] },
      { job: job(), pods: [waiting] },
      { job: new UnavailableError("GET job", "503") },
      {
        job: job({ type: "Failed", status: "True", reason: "PodFailurePolicy" }),
        pods: [ended("1", 3)],
        logs: { 1: "" },
      },
    );
    assert.deepEqual(hindrances, ["Pod 1 does not start: ImagePullBackOff", "GET job: 503; looking again"]);
    assert.deepEqual(end, { state: { state: "failed", why: "PodFailurePolicy" }, exitCode: 3 });
  });

  test("a log that cannot be read keeps nobody from the end, nor a Job that is deleted", async () => {
    const { end, hindrances } = await follow({ job: job(), pods: [running] }, { job: null });
    assert.deepEqual(hindrances, ["the log of Pod 1 cannot be read: GET 1/log: no kubelet"]);
    assert.deepEqual(end.state, { state: "gone" });
  });
});
