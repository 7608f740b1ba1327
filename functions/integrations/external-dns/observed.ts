/**
 * Whether external-dns has listed a DNSEndpoint.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";

/** By `status.observedGeneration`; what became of the records does not stand there. Null: never looked at. */
export function isObserved(endpoint: KubernetesObject): boolean | null {
  const { generation }: { generation?: unknown } = endpoint.metadata as object;
  const observed = isRecord(endpoint.status) ? endpoint.status.observedGeneration : undefined;
  return observed === undefined ? null : observed === generation;
}
