/**
 * Field ownership of the tool that wrote a child before us: Switchboard, or what restored the child from a backup.
 *
 * @module
 */
import { FIELD_MANAGER } from "../../kubernetes/client.ts";
import type { KubernetesObject, ManagedFieldsEntry } from "../../kubernetes/objects.ts";
import { isOurApply } from "../plan/child/diff.ts";
import { isLabelled, isSwitchboards, MANAGED_BY_LABEL } from "../plan/ownership.ts";

/** The least that an entry can own: the label that the next apply sets. */
const LABEL_ONLY = { "f:metadata": { "f:labels": { [`f:${MANAGED_BY_LABEL}`]: {} } } };

/**
 * The object's `managedFields` with an entry of ours in the place of the one that set the label by which it is known as a
 * child; null where there is none. A restored child has our label and no entry of ours.
 */
export function withoutPreviousManager(live: KubernetesObject): readonly ManagedFieldsEntry[] | null {
  const { managedFields = [] } = live.metadata;
  if (!managedFields.some(setsLabel)) return null;
  if (!isSwitchboards(live) && (!isLabelled(live) || managedFields.some(isOurApply))) return null;
  return managedFields.map((entry) =>
    setsLabel(entry) ? { ...entry, manager: FIELD_MANAGER, operation: "Apply", fieldsV1: LABEL_ONLY } : entry,
  );
}

function setsLabel({ manager, subresource, fieldsV1 }: ManagedFieldsEntry): boolean {
  const label = fieldsV1?.["f:metadata"]?.["f:labels"]?.[`f:${MANAGED_BY_LABEL}`];
  return manager !== FIELD_MANAGER && !subresource && label !== undefined;
}
