/**
 * Does a live object already say what we want it to say? A forced apply that changes nothing may still bump the
 * resourceVersion (kubernetes/kubernetes#124605), so nothing is sent where nothing differs.
 *
 * @module
 */
import { FIELD_MANAGER } from "../../kubernetes/client.ts";
import type { KubernetesObject, ManagedFieldsEntry } from "../../kubernetes/objects.ts";
import { isRecord } from "../../unknown.ts";

/** True where a desired field differs in `live`, or our last apply owns a field that is no longer desired. */
export function differs(desired: KubernetesObject, live: KubernetesObject): boolean {
  return !covers(live, desired) || ownsMoreThan(desired, live.metadata.managedFields);
}

/** Every field of `desired` is in `live` with the same value; other people's fields in `live` do not matter. */
export function covers(live: KubernetesObject, desired: KubernetesObject): boolean {
  const { ownerReferences = [], ...metadata } = desired.metadata;
  return (
    includes(live.metadata, metadata) &&
    // A list keyed by uid: owners that others added stay theirs.
    ownerReferences.every((owner) =>
      (live.metadata.ownerReferences ?? []).some(
        (other) => other.uid === owner.uid && includes(other, owner),
      ),
    ) &&
    includes(live.spec, desired.spec)
  );
}

// Loops over keys instead of `Object.entries`: a resync compares every child, and that is most of its own work.
function includes(live: unknown, desired: unknown): boolean {
  if (isRecord(desired)) {
    if (!isRecord(live)) return false;
    for (const key of Object.keys(desired)) if (!includes(live[key], desired[key])) return false;
    return true;
  }
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      live.length === desired.length &&
      desired.every((item, index) => includes(live[index], item))
    );
  }
  return live === desired;
}

/** What server-side apply would remove: fields of our Apply entry that desired does not have. */
function ownsMoreThan(desired: KubernetesObject, managedFields: readonly ManagedFieldsEntry[] = []): boolean {
  return managedFields.some((entry) => isOurApply(entry) && !isWithin(entry.fieldsV1, desired));
}

export function isOurApply({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === "Apply" && !subresource;
}

/** True where our last apply set the fields of `desired` and no others; false too where that is not plain to see. */
export function ownsExactly(desired: KubernetesObject, live: KubernetesObject): boolean {
  const { labels, annotations, ownerReferences } = desired.metadata;
  const value = { metadata: { labels, annotations, ownerReferences }, spec: desired.spec };
  return (live.metadata.managedFields ?? []).some(
    (entry) => isOurApply(entry) && namesExactly(entry.fieldsV1, value),
  );
}

/** Whether a FieldsV1 trie names the fields of `value` and no others. Of the keyed lists it knows that of owners. */
function namesExactly(fields: unknown, value: unknown): boolean {
  if (!isRecord(fields)) return false;
  const below = Object.keys(fields).length - (Object.hasOwn(fields, ".") ? 1 : 0);
  // Owned as a whole.
  if (below === 0) return true;
  if (Array.isArray(value)) {
    const isNamed = (item: unknown) => isRecord(item) && Object.hasOwn(fields, `k:{"uid":"${item.uid}"}`);
    return below === value.length && value.every(isNamed);
  }
  if (!isRecord(value)) return false;
  let named = 0;
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue;
    if (!namesExactly(fields[`f:${key}`], value[key])) return false;
    named++;
  }
  return named === below;
}

/**
 * Whether every field of a FieldsV1 trie exists in `value`. Keys: `f:<name>` a field, `k:<json>` an item of a keyed
 * list, `v:<json>` an item of a set, `.` the node itself (structured-merge-diff's serialization).
 */
function isWithin(fields: unknown, value: unknown): boolean {
  if (!isRecord(fields)) return true;
  for (const key of Object.keys(fields)) if (!hasField(key, fields[key], value)) return false;
  return true;
}

function hasField(key: string, below: unknown, value: unknown): boolean {
  if (key.startsWith("f:")) {
    const name = key.slice(2);
    return isRecord(value) && Object.hasOwn(value, name) && isWithin(below, value[name]);
  }
  if (key.startsWith("k:")) {
    const wanted: unknown = JSON.parse(key.slice(2));
    const item = Array.isArray(value) ? value.find((candidate) => includes(candidate, wanted)) : undefined;
    return item !== undefined && isWithin(below, item);
  }
  if (key.startsWith("v:")) {
    const wanted: unknown = JSON.parse(key.slice(2));
    return Array.isArray(value) && value.some((candidate) => includes(candidate, wanted));
  }
  return true;
}
