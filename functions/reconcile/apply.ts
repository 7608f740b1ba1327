/**
 * Carries out one planned write, pinned to the object that was judged.
 *
 * @module
 */
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject, ObjectReference, ResourceDefinition } from "../kubernetes/objects.ts";
import type { Step } from "./plan.ts";

/**
 * An apply with this resourceVersion creates or fails, never overwrites. A POST would leave a managedFields entry
 * of its own, with which all later applies conflict.
 */
const ONLY_IF_ABSENT = "0";

/** @throws ConflictError where the object is no longer what the plan saw */
export async function applyStep(
  client: KubernetesClient,
  resource: ResourceDefinition,
  namespace: string,
  step: Exclude<Step, { action: "none" }>,
): Promise<void> {
  switch (step.action) {
    case "create":
      await client.apply(
        reference(resource, namespace, step.child),
        withMetadata(step.child, { resourceVersion: ONLY_IF_ABSENT }),
      );
      return;
    case "update":
      await client.apply(
        reference(resource, namespace, step.live),
        withMetadata(step.child, preconditions(step.live)),
      );
      return;
    case "delete":
      await client.delete(reference(resource, namespace, step.live), preconditions(step.live));
  }
}

function reference(
  resource: ResourceDefinition,
  namespace: string,
  object: KubernetesObject,
): ObjectReference {
  return { resource, namespace, name: object.metadata.name };
}

function preconditions(live: KubernetesObject): { uid: string; resourceVersion: string } {
  return { uid: live.metadata.uid ?? "", resourceVersion: live.metadata.resourceVersion ?? "" };
}

function withMetadata(
  object: KubernetesObject,
  extra: Partial<KubernetesObject["metadata"]>,
): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...extra } };
}
