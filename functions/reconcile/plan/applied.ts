/**
 * Tells a child that is as we left it from one that somebody changed, by the child alone.
 *
 * Every write of ours, and each of cert-manager's status updates, comes back as an event. A digest of what was
 * applied, kept on the child, answers such an event with one read.
 *
 * @module
 */
import { hash } from "node:crypto";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../unknown.ts";
import { covers, isOurApply, ownsExactly } from "./diff.ts";

export const APPLIED_ANNOTATION = "traefik-cert-rotater.io/applied";

/** The child with a digest of all that we set on it. */
export function withDigest(child: KubernetesObject): KubernetesObject {
  return withAnnotation(child, digestOf(child));
}

function withAnnotation(child: KubernetesObject, digest: string): KubernetesObject {
  const annotations = { ...child.metadata.annotations, [APPLIED_ANNOTATION]: digest };
  return { ...child, metadata: { ...child.metadata, annotations } };
}

/**
 * Whether the live object says all that the child does, told without the digest of the child, which is most of the
 * price: our last apply set the child's fields and no others, so what it left as digest is the child's. False where
 * that does not tell; then the child with its digest has to be compared.
 */
export function isKnownToBe(child: KubernetesObject, live: KubernetesObject): boolean {
  const digest = live.metadata.annotations?.[APPLIED_ANNOTATION];
  if (digest === undefined) return false;
  const expected = withAnnotation(child, digest);
  return ownsExactly(expected, live) && covers(live, expected);
}

/**
 * Whether all that our last apply set is there with the values it set. Whoever changes or removes one of our fields
 * takes it out of our entry in `managedFields`, and so the digest no longer fits.
 */
export function isAsApplied(live: KubernetesObject): boolean {
  const ours = live.metadata.managedFields?.find(isOurApply);
  const digest = live.metadata.annotations?.[APPLIED_ANNOTATION];
  if (ours === undefined || digest === undefined) return false;
  const { metadata, spec } = project(live, ours.fieldsV1) as Partial<KubernetesObject>;
  return isRecord(metadata) && digestOf({ metadata, spec }) === digest;
}

function digestOf({ metadata, spec }: Pick<KubernetesObject, "metadata" | "spec">): string {
  const { [APPLIED_ANNOTATION]: _, ...annotations } = metadata.annotations ?? {};
  const { labels = {}, ownerReferences = [] } = metadata;
  const text = canonicalJson({ labels, annotations, ownerReferences, spec });
  return hash("sha256", text).slice(0, 16);
}

/** The part of a value that a FieldsV1 trie names; an empty trie names all of it. */
function project(value: unknown, fields: unknown): unknown {
  if (!isRecord(fields)) return value;
  const keys = Object.keys(fields).filter((key) => key !== ".");
  if (keys.length === 0) return value;
  if (Array.isArray(value)) return value.filter((item) => keys.some((key) => isNamed(item, key)));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    keys
      .filter((key) => key.startsWith("f:") && Object.hasOwn(value, key.slice(2)))
      .map((key) => [key.slice(2), project(value[key.slice(2)], fields[key])]),
  );
}

/** Whether a list's item is the one that a `k:` or `v:` key of FieldsV1 names. */
function isNamed(item: unknown, key: string): boolean {
  const wanted: unknown = JSON.parse(key.slice(2));
  if (!key.startsWith("k:") || !isRecord(wanted)) return item === wanted;
  return isRecord(item) && Object.entries(wanted).every(([name, value]) => item[name] === value);
}

/**
 * JSON with keys in one order, and owners in that of their uids: the API server keeps neither. Written straight, for a
 * resync asks it of every child.
 */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value.every(hasUid) ? value.toSorted(compareUid) : value;
    return `[${items.map(canonicalJson).join(",")}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value) ?? "null";
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}

function hasUid(item: unknown): item is { readonly uid: string } {
  return isRecord(item) && typeof item.uid === "string";
}

function compareUid(one: { readonly uid: string }, other: { readonly uid: string }): number {
  return one.uid < other.uid ? -1 : 1;
}
