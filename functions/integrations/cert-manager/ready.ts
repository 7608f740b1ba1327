/**
 * Whether a Certificate has been issued, and if not, why.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";

/**
 * What holds up a Certificate that is not ready: why the last attempt failed, or where to look while one is under way. Null
 * where cert-manager has not begun. Its condition `Ready` says no more than that there is no Secret yet.
 */
export function whyNotReady({ metadata, status }: KubernetesObject): string | null {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  const issuing: unknown = conditions.find(
    (condition: unknown) => isRecord(condition) && condition.type === "Issuing",
  );
  if (!isRecord(issuing)) return null;
  if (issuing.status === "True") {
    const look = `kubectl get certificaterequests,orders,challenges -n ${metadata.namespace} -o wide`;
    return `cert-manager is issuing it; if that takes long: ${look}`;
  }
  const said = typeof issuing.message === "string" ? issuing.message.trim() : "";
  return said === "" ? null : `cert-manager tries again later. ${said}`;
}

/** cert-manager's condition `Ready`, if it speaks of the object as it is now. */
export function isReady(certificate: KubernetesObject & { metadata: { generation?: unknown } }): boolean {
  const conditions = isRecord(certificate.status) ? certificate.status.conditions : null;
  if (!Array.isArray(conditions)) return false;
  const { generation } = certificate.metadata;
  return conditions.some(
    (condition: unknown) =>
      isRecord(condition) &&
      condition.type === "Ready" &&
      condition.status === "True" &&
      (condition.observedGeneration === undefined || condition.observedGeneration === generation),
  );
}
