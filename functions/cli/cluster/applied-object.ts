/**
 * What an object will be after our apply, and what of it concerns a reader. Pure.
 *
 * @module
 */
import { isItem } from "../../kubernetes/fields-v1.ts";
import type { FieldsV1, KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { isOurApply } from "../../reconcile/plan/child/diff.ts";
import { isRecord } from "../../schema/unknown.ts";

/** An object without what the API server keeps for itself. */
export interface PlainObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: unknown;
}

export function plain({ apiVersion, kind, metadata, spec }: KubernetesObject): PlainObject {
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  const fields = { name, namespace, labels, annotations, ownerReferences };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { apiVersion, kind, metadata: Object.fromEntries(given), spec };
}

/**
 * The object after a forced server-side apply of `desired` onto `live`: our fields as we say, fields that we applied
 * before and no longer want gone unless somebody else owns them too, everything else as it was.
 */
export function applied(live: KubernetesObject, desired: KubernetesObject): PlainObject {
  const { managedFields = [] } = live.metadata;
  const ours = managedFields.find(isOurApply)?.fieldsV1;
  const others = managedFields.filter((entry) => !isOurApply(entry)).map(({ fieldsV1 }) => fieldsV1);
  return lay(without(plain(live), ours, others), plain(desired)) as PlainObject;
}

/** The value without the leaves that the trie has and no other trie has; what that leaves empty goes too. */
function without(
  value: unknown,
  ours: FieldsV1 | undefined,
  others: readonly (FieldsV1 | undefined)[],
): unknown {
  if (ours === undefined) return value;
  const keys = Object.keys(ours).filter((key) => key !== ".");
  if (keys.length === 0) return others.some((other) => other !== undefined) ? value : undefined;
  const below = (key: string) => others.map((other) => other?.[key]);
  if (Array.isArray(value)) {
    const gone = keys.filter(
      (key) => key.startsWith("k:") && below(key).every((other) => other === undefined),
    );
    return value.filter((item) => !gone.some((key) => isItem(key, item)));
  }
  if (!isRecord(value)) return value;
  const left = Object.entries(value).flatMap(([name, field]) => {
    const key = `f:${name}`;
    const rest = key in ours ? without(field, ours[key], below(key)) : field;
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** Lists are replaced, but for owners, which are keyed by uid. */
function lay(base: unknown, over: unknown): unknown {
  if (isOwners(base) && isOwners(over)) {
    const added = over.filter(({ uid }) => !base.some((owner) => owner.uid === uid));
    const kept = base.map((owner) => ({ ...owner, ...over.find(({ uid }) => uid === owner.uid) }));
    return [...kept, ...added];
  }
  if (!isRecord(base) || !isRecord(over)) return over;
  const fields = Object.entries(over).map(([name, value]) => [name, lay(base[name], value)] as const);
  return { ...base, ...Object.fromEntries(fields) };
}

function isOwners(value: unknown): value is readonly OwnerReference[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => isRecord(item) && typeof item.uid === "string")
  );
}
