/**
 * FieldsV1: the trie in an entry of `metadata.managedFields` that names what its manager owns.
 *
 * Keys are `f:<name>` for a field, `k:<json>` for an item of a keyed list, `v:<json>` for an item of a set, and `.` for
 * the node itself (structured-merge-diff's serialization). A node with nothing below owns its value as a whole: a
 * scalar, an atomic list or map, an empty map. There the next apply replaces everything, and so all of it counts;
 * anywhere else what others have beside ours stays theirs.
 *
 * @module
 */
import { isRecord } from "../schema/unknown.ts";
import type { FieldsV1 } from "./objects.ts";

/** Compares a value that is owned as a whole. */
export type SameWhole = (live: unknown, desired: unknown) => boolean;

/**
 * Whether the trie names the fields of `desired` and no others, and `live` has their values. One pass, and strings
 * only where needed: a resync asks it of every child. Of keyed lists it knows that of owners; false for any other.
 */
export function isApplied(
  fields: FieldsV1 | undefined,
  desired: unknown,
  live: unknown,
  same: SameWhole,
): boolean {
  if (fields === undefined) return false;
  const below = childCount(fields);
  if (below === 0) return same(live, desired);
  if (Array.isArray(desired))
    return below === desired.length && areOwnersApplied(fields, desired, live, same);
  if (!isRecord(desired) || !isRecord(live)) return false;
  let named = 0;
  for (const key of Object.keys(desired)) {
    if (desired[key] === undefined) continue;
    if (!isApplied(fields[`f:${key}`], desired[key], live[key], same)) return false;
    named++;
  }
  return named === below;
}

function areOwnersApplied(
  fields: FieldsV1,
  desired: readonly unknown[],
  live: unknown,
  same: SameWhole,
): boolean {
  if (!Array.isArray(live)) return false;
  return desired.every((item) => {
    if (!isRecord(item)) return false;
    const other = live.find((candidate) => isRecord(candidate) && candidate.uid === item.uid);
    return isApplied(fields[`k:{"uid":"${item.uid}"}`], item, other, same);
  });
}

/**
 * Whether an apply of `desired` would find all its values in `live`. What the trie owns as a whole, and a list of which
 * it says nothing, has to be equal; a map may have more.
 */
export function carries(live: unknown, desired: unknown, fields: FieldsV1 | undefined): boolean {
  const isWhole = fields !== undefined && childCount(fields) === 0;
  if (isRecord(desired) && !isWhole) {
    if (!isRecord(live)) return false;
    for (const key of Object.keys(desired)) {
      if (desired[key] !== undefined && !carries(live[key], desired[key], fields?.[`f:${key}`])) return false;
    }
    return true;
  }
  if (Array.isArray(desired) && fields !== undefined && !isWhole) {
    return Array.isArray(live) && desired.every((item) => carriesItem(live, item, fields));
  }
  return isEqual(live, desired);
}

/** An item of a keyed list or a set, which may stand anywhere among those of others. */
function carriesItem(live: readonly unknown[], desired: unknown, fields: FieldsV1): boolean {
  const key = Object.keys(fields).find((candidate) => isItem(candidate, desired));
  return key !== undefined && live.some((item) => isItem(key, item) && carries(item, desired, fields[key]));
}

/** Whether every field that the trie names exists in `value`: what it names beyond that, the next apply removes. */
export function ownsNothingBut(fields: FieldsV1 | undefined, value: unknown): boolean {
  if (fields === undefined) return true;
  for (const key of Object.keys(fields)) {
    if (key === ".") continue;
    const member = memberAt(value, key);
    if (member === undefined || !ownsNothingBut(fields[key], member)) return false;
  }
  return true;
}

/** The part of a value that the trie names. */
export function ownedPart(value: unknown, fields: FieldsV1 | undefined): unknown {
  if (fields === undefined || childCount(fields) === 0) return value;
  const keys = Object.keys(fields);
  if (Array.isArray(value)) return value.filter((item) => keys.some((key) => isItem(key, item)));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    keys
      .filter((key) => key.startsWith("f:") && Object.hasOwn(value, key.slice(2)))
      .map((key) => [key.slice(2), ownedPart(value[key.slice(2)], fields[key])]),
  );
}

/** Equal in all depths, whatever the order of keys; a field that is undefined is as good as absent. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => isEqual(item, other[index]));
  }
  if (!isRecord(one) || !isRecord(other)) return false;
  for (const key of Object.keys(one)) if (!isEqual(one[key], other[key])) return false;
  for (const key of Object.keys(other)) {
    if (other[key] !== undefined && !Object.hasOwn(one, key)) return false;
  }
  return true;
}

/** Every field of `desired` is in `live` with the same value, in all depths; lists have the same length. */
export function includes(live: unknown, desired: unknown): boolean {
  if (live === desired) return true;
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return false;
    return desired.every((item, index) => includes(live[index], item));
  }
  if (!isRecord(desired) || !isRecord(live)) return false;
  for (const key of Object.keys(desired)) if (!includes(live[key], desired[key])) return false;
  return true;
}

/** How many fields or items a node names, itself apart. */
function childCount(fields: FieldsV1): number {
  return Object.keys(fields).length - (Object.hasOwn(fields, ".") ? 1 : 0);
}

/** What a key of the trie leads to; undefined where it is not there. */
function memberAt(value: unknown, key: string): unknown {
  if (!key.startsWith("f:"))
    return Array.isArray(value) ? value.find((item) => isItem(key, item)) : undefined;
  const name = key.slice(2);
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Whether a list's item is the one that a `k:` or `v:` key names. */
export function isItem(key: string, item: unknown): boolean {
  if (!key.startsWith("k:") && !key.startsWith("v:")) return false;
  const wanted: unknown = JSON.parse(key.slice(2));
  return key.startsWith("k:") ? includes(item, wanted) : isEqual(item, wanted);
}
