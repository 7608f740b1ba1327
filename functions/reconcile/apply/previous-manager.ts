/**
 * Field ownership of the tool that this product takes children over from.
 *
 * @module
 */
import { FIELD_MANAGER } from "../../kubernetes/client.ts";
import type { KubernetesObject, ManagedFieldsEntry } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";
import { isSwitchboards, MANAGED_BY_LABEL } from "../plan/ownership.ts";

/** The least that an entry can own: the label that the next apply sets. */
const LABEL_ONLY = { "f:metadata": { "f:labels": { [`f:${MANAGED_BY_LABEL}`]: {} } } };

/**
 * The object's `managedFields` with an entry of ours in the place of the one that set Switchboard's label; null where
 * there is none.
 */
export function withoutPreviousManager(live: KubernetesObject): readonly ManagedFieldsEntry[] | null {
  const { managedFields = [] } = live.metadata;
  if (!isSwitchboards(live) || !managedFields.some(setsLabel)) return null;
  return managedFields.map((entry) =>
    setsLabel(entry) ? { ...entry, manager: FIELD_MANAGER, operation: "Apply", fieldsV1: LABEL_ONLY } : entry,
  );
}

function setsLabel({ manager, subresource, fieldsV1 }: ManagedFieldsEntry): boolean {
  const metadata = isRecord(fieldsV1) ? fieldsV1["f:metadata"] : null;
  const labels = isRecord(metadata) ? metadata["f:labels"] : null;
  return manager !== FIELD_MANAGER && !subresource && isRecord(labels) && `f:${MANAGED_BY_LABEL}` in labels;
}
