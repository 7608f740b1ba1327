/**
 * Distinguishes a child that is as we left it from one that somebody changed, by the child alone.
 *
 * Every write of ours, and each of cert-manager's status updates, comes back as an event. A digest of what was
 * applied, kept on the child, answers such an event with one read.
 *
 * @module
 */
import { hash } from "node:crypto";
import { includes, isEqual, ownedPart } from "../../../kubernetes/fields-v1.ts";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import { isRecord } from "../../../schema/unknown.ts";
import { isLastApply, isOurApply } from "./diff.ts";

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
 * Whether the live object says all that the child does, decided without the digest of the child, which is most of the
 * price: our last apply set the child's fields and no others, so what it left as digest is the child's. False where
 * that does not decide it; then the child with its digest has to be compared.
 */
export function isKnownToBe(child: KubernetesObject, live: KubernetesObject): boolean {
  const digest = live.metadata.annotations?.[APPLIED_ANNOTATION];
  return digest !== undefined && isLastApply(withAnnotation(child, digest), live, isEqual);
}

/**
 * Whether this very child, digest included, was applied last and the API server itself added to what we own as a whole:
 * a default of the kind, or a mutating admission policy. Had anybody else added it, it would be theirs. To apply the
 * child again would change nothing.
 */
export function isCompletedByServer(child: KubernetesObject, live: KubernetesObject): boolean {
  // Without the digest a value that is no longer wanted would pass for one that was added.
  const hasDigest = child.metadata.annotations?.[APPLIED_ANNOTATION] !== undefined;
  return hasDigest && isLastApply(child, live, includes);
}

/**
 * Whether all that our last apply set is there with the values it set. Whoever changes or removes one of our fields
 * takes it out of our entry in `managedFields`, and so the digest no longer fits.
 */
export function isAsApplied(live: KubernetesObject): boolean {
  const ours = live.metadata.managedFields?.find(isOurApply);
  const digest = live.metadata.annotations?.[APPLIED_ANNOTATION];
  if (ours === undefined || digest === undefined) return false;
  const { metadata, spec } = ownedPart(live, ours.fieldsV1) as Partial<KubernetesObject>;
  return isRecord(metadata) && digestOf({ metadata, spec }) === digest;
}

function digestOf({ metadata, spec }: Pick<KubernetesObject, "metadata" | "spec">): string {
  const { [APPLIED_ANNOTATION]: _, ...annotations } = metadata.annotations ?? {};
  const { labels = {}, ownerReferences = [] } = metadata;
  const text = canonicalJson({ labels, annotations, ownerReferences, spec });
  return hash("sha256", text).slice(0, 16);
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
