/**
 * Whether a Certificate has been issued.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";

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
