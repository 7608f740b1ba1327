/**
 * The CronJob's Job, started as its schedule would.
 *
 * @module
 */
import type { Manifest } from "../../control-plane/admin.ts";
import { mustGet } from "../../integration/harness/objects.ts";
import { hasCondition } from "../conditions.ts";
import type { ClusterWorld } from "./world.ts";

/** Creates a Job from the release's CronJob and waits for its end; throws if it fails. */
export async function runResyncJob({ admin, release }: ClusterWorld, name: string): Promise<void> {
  const kind = { apiVersion: "batch/v1", namespace: release.namespace } as const;
  const cronJob = await mustGet(admin, { ...kind, kind: "CronJob", name: `${release.name}-resync` });
  const { jobTemplate } = cronJob.spec as { jobTemplate: { spec: Manifest } };
  const { apiVersion, namespace } = kind;
  await admin.create({ apiVersion, kind: "Job", metadata: { namespace, name }, spec: jobTemplate.spec });
  const ended = await admin.waitFor(
    { ...kind, kind: "Job", name },
    (object) => hasCondition(object, "Complete") || hasCondition(object, "Failed"),
    90_000,
  );
  if (!hasCondition(ended, "Complete"))
    throw new Error(`Job ${name} failed: ${JSON.stringify(ended?.status)}`);
}
