/**
 * Does a live object already say what we want it to say? A forced apply that changes nothing may still bump the
 * resourceVersion (kubernetes/kubernetes#124605), so nothing is sent where nothing differs.
 *
 * @module
 */
import { FIELD_MANAGER } from "../../../kubernetes/client.ts";
import {
  carries,
  includes,
  isApplied,
  ownsNothingBut,
  type SameWhole,
} from "../../../kubernetes/fields-v1.ts";
import type { FieldsV1, KubernetesObject, ManagedFieldsEntry } from "../../../kubernetes/objects.ts";

/** True where a desired field differs in `live`, or our last apply owns a field that is no longer desired. */
export function differs(desired: KubernetesObject, live: KubernetesObject): boolean {
  const fields = fieldsOfOurApply(live);
  return !ownsNothingBut(fields, desired) || !carriesAll(live, desired, fields);
}

/** Whether our last apply set the fields of `desired` and no others, and they have its values still. */
export function isLastApply(desired: KubernetesObject, live: KubernetesObject, same: SameWhole): boolean {
  return isApplied(fieldsOfOurApply(live), appliedPart(desired), live, same);
}

export function isOurApply({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === "Apply" && !subresource;
}

/** What our last apply owns; undefined where there was none. */
function fieldsOfOurApply({ metadata }: KubernetesObject): FieldsV1 | undefined {
  return metadata.managedFields?.find(isOurApply)?.fieldsV1;
}

/** The fields that `managedFields` can name: not what says which object it is. */
function appliedPart({ metadata: { labels, annotations, ownerReferences }, spec }: KubernetesObject) {
  return { metadata: { labels, annotations, ownerReferences }, spec };
}

function carriesAll(
  live: KubernetesObject,
  desired: KubernetesObject,
  fields: FieldsV1 | undefined,
): boolean {
  const { ownerReferences = [], ...metadata } = desired.metadata;
  return (
    carries(live.metadata, metadata, fields?.["f:metadata"]) &&
    // A list keyed by uid: owners that others added stay theirs, and so does what they added to ours.
    ownerReferences.every((owner) =>
      (live.metadata.ownerReferences ?? []).some(
        (other) => other.uid === owner.uid && includes(other, owner),
      ),
    ) &&
    carries(live.spec, desired.spec, fields?.["f:spec"])
  );
}
