/**
 * Executes a planned write, pinned to the object that was classified, or does not: in mode observe.
 *
 * @module
 */
import type { KubernetesClient, Preconditions } from "../../kubernetes/client.ts";
import type { KubernetesObject, ObjectReference, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Write } from "../plan/plan.ts";
import { withoutPreviousManager } from "./previous-manager.ts";

/**
 * An apply with this resourceVersion creates or fails, never overwrites. A POST would leave a managedFields entry
 * of its own, with which all later applies conflict.
 */
const ONLY_IF_ABSENT = "0";

/**
 * Answers with the object as it is after the write; null where it is gone or nothing was written.
 *
 * @throws ConflictError where the object is no longer what the plan saw
 */
export type Execute = (
  resource: ResourceDefinition,
  namespace: string,
  step: Write,
) => Promise<KubernetesObject | null>;

/** Writes to the cluster. */
export function createExecutor(client: Pick<KubernetesClient, "apply" | "delete" | "mergePatch">): Execute {
  return async (resource, namespace, step) => {
    switch (step.action) {
      case "create":
        return client.apply(
          reference(resource, namespace, step.child),
          pinned(step.child, { resourceVersion: ONLY_IF_ABSENT }),
        );
      case "update":
        return client.apply(
          reference(resource, namespace, step.live),
          pinned(step.child, preconditions(await takenOver(client, resource, namespace, step.live))),
        );
      case "delete":
        await client.delete(reference(resource, namespace, step.live), preconditions(step.live));
        return null;
    }
  };
}

/**
 * Ends the field ownership of the tool whose child is adopted: what it and we both own would otherwise outlive the
 * day we stop wanting it. What it alone owned stays, for a changed field may mean a new certificate. Its entry is
 * replaced and not removed, since an object without any entry gets one for all its fields at the next apply.
 */
async function takenOver(
  client: Pick<KubernetesClient, "mergePatch">,
  resource: ResourceDefinition,
  namespace: string,
  live: KubernetesObject,
): Promise<KubernetesObject> {
  const managedFields = withoutPreviousManager(live);
  if (managedFields === null) return live;
  const metadata = { ...preconditions(live), managedFields };
  return client.mergePatch(reference(resource, namespace, live), { metadata });
}

/** Writes nothing: the whole product at work in a cluster, in logs and Events only. */
export const observeOnly: Execute = async () => null;

function reference(
  resource: ResourceDefinition,
  namespace: string,
  object: KubernetesObject,
): ObjectReference {
  return { resource, namespace, name: object.metadata.name };
}

function preconditions(live: KubernetesObject): Preconditions {
  return { uid: live.metadata.uid ?? "", resourceVersion: live.metadata.resourceVersion ?? "" };
}

function pinned(object: KubernetesObject, extra: Partial<KubernetesObject["metadata"]>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...extra } };
}
