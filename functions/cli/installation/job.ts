/**
 * A Job of an installation's CronJob: made as `kubectl create job --from` does it, and followed to its end.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";
import type { ResyncScope } from "../events/resync-event.ts";

const batch = (plural: string, kind: string): ResourceDefinition => ({
  group: "batch",
  version: "v1",
  plural,
  kind,
});

export const CRON_JOBS = batch("cronjobs", "CronJob");
export const JOBS = batch("jobs", "Job");
export const PODS: ResourceDefinition = { group: "", version: "v1", plural: "pods", kind: "Pod" };

/** The container that sends the event. */
export const CONTAINER = "resync";

/** A CronJob's name has at most 52 characters, a Job's at most 63. */
const NAME_LENGTH = 52;
/** Nobody looks after it; its end was seen. */
const KEPT_SECONDS = 3_600;

/** Whether the CronJob is one whose Jobs ask for a resync. */
export function isResyncCronJob(cronJob: KubernetesObject): boolean {
  return containersOf(jobTemplate(cronJob)).some(({ name }) => name === CONTAINER);
}

/** The Job that asks for this resync. `suffix` keeps it apart from others of the CronJob. */
export function jobOf(
  cronJob: KubernetesObject,
  scope: ResyncScope,
  suffix = randomBytes(3).toString("hex"),
): KubernetesObject {
  const { apiVersion, kind, metadata } = cronJob;
  const template = jobTemplate(cronJob);
  const { labels, annotations } = isRecord(template.metadata) ? template.metadata : {};
  const spec = isRecord(template.spec) ? template.spec : {};
  const { uid = "", name, namespace } = metadata;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${name.slice(0, NAME_LENGTH)}-cli-${suffix}`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(isRecord(labels) ? { labels: labels as Record<string, string> } : {}),
      annotations: {
        ...(isRecord(annotations) ? (annotations as Record<string, string>) : {}),
        "cronjob.kubernetes.io/instantiate": "manual",
      },
      // Not as its controller, which would count it among its own runs.
      ownerReferences: [{ apiVersion, kind, name, uid }],
    },
    spec: { ...withArguments(spec, argumentsOf(scope)), ttlSecondsAfterFinished: KEPT_SECONDS },
  };
}

function argumentsOf({ namespace, name, confirmDeletions }: ResyncScope): readonly string[] {
  return [
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
    ...(name === undefined ? [] : ["--name", name]),
    ...(confirmDeletions === true ? ["--confirm-deletions"] : []),
  ];
}

function withArguments(
  spec: Readonly<Record<string, unknown>>,
  words: readonly string[],
): Readonly<Record<string, unknown>> {
  const template = isRecord(spec.template) ? spec.template : {};
  const pod = isRecord(template.spec) ? template.spec : {};
  const containers = containersOf({ spec }).map((container) => {
    if (container.name !== CONTAINER) return container;
    const args = Array.isArray(container.args) ? container.args : [];
    return { ...container, args: [...args, ...words] };
  });
  return { ...spec, template: { ...template, spec: { ...pod, containers } } };
}

function jobTemplate({ spec }: KubernetesObject): Readonly<Record<string, unknown>> {
  return isRecord(spec) && isRecord(spec.jobTemplate) ? spec.jobTemplate : {};
}

function containersOf({ spec }: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const template = isRecord(spec) && isRecord(spec.template) ? spec.template : {};
  const containers = isRecord(template.spec) ? template.spec.containers : [];
  return Array.isArray(containers) ? containers.filter(isRecord) : [];
}

export type JobState =
  | { readonly state: "running" }
  | { readonly state: "complete" }
  | { readonly state: "failed"; readonly why: string };

/** By the conditions that the Job's controller sets at its end. */
export function stateOf({ status }: KubernetesObject): JobState {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  for (const condition of conditions.filter(isRecord)) {
    if (condition.status !== "True") continue;
    if (condition.type === "Complete" || condition.type === "SuccessCriteriaMet")
      return { state: "complete" };
    if (condition.type === "Failed" || condition.type === "FailureTarget") {
      const parts = [condition.reason, condition.message].filter(
        (part) => typeof part === "string" && part !== "",
      );
      return { state: "failed", why: parts.join(": ") || "no reason given" };
    }
  }
  return { state: "running" };
}

/** What a person should know of the Job's pod before it has ended; null where it just runs. */
export function hindranceOf({ status }: KubernetesObject): string | null {
  if (!isRecord(status)) return null;
  const conditions = Array.isArray(status.conditions) ? status.conditions.filter(isRecord) : [];
  const scheduled = conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return `${scheduled.reason}: ${scheduled.message}`;
  const waiting = containerState(status, "waiting");
  if (waiting === null || waiting.reason === "ContainerCreating" || waiting.reason === "PodInitializing") {
    return null;
  }
  return waiting.message === undefined ? String(waiting.reason) : `${waiting.reason}: ${waiting.message}`;
}

/** Null while the container has not ended. */
export function exitCodeOf({ status }: KubernetesObject): number | null {
  const code = isRecord(status) ? containerState(status, "terminated")?.exitCode : null;
  return typeof code === "number" ? code : null;
}

/** Whether its container has begun, so that there is a log. */
export function hasBegun({ status }: KubernetesObject): boolean {
  return (
    isRecord(status) && (containerState(status, "running") ?? containerState(status, "terminated")) !== null
  );
}

function containerState(
  status: Readonly<Record<string, unknown>>,
  state: "waiting" | "running" | "terminated",
): Readonly<Record<string, unknown>> | null {
  const all = Array.isArray(status.containerStatuses) ? status.containerStatuses.filter(isRecord) : [];
  const found = all.find(({ name }) => name === CONTAINER)?.state;
  const value = isRecord(found) ? found[state] : null;
  return isRecord(value) ? value : null;
}
