import { isRecord } from "../../schema/unknown.ts";
import type { RecordType } from "./target.ts";

export interface Endpoint {
  readonly dnsName: string;
  /** Left out, as the targets, where external-dns puts its `--default-targets`, whose type nobody knows here. */
  readonly recordType?: RecordType | undefined;
  readonly targets?: readonly string[];
}

/** One endpoint for each host and record type, in the order of `hosts`, then A before AAAA. */
export function endpoints(
  hosts: readonly string[],
  targets: ReadonlyMap<RecordType, readonly string[]>,
): readonly Endpoint[] {
  return hosts.flatMap((dnsName) =>
    [...targets].map(([recordType, addresses]) => ({ dnsName, recordType, targets: addresses })),
  );
}

/** Names that a DNSEndpoint's spec publishes, in its order, without repeats. */
export function namesIn(spec: unknown): string[] {
  const names = endpointsOf(spec).map(({ dnsName }) => dnsName);
  return [...new Set(names.filter((name) => typeof name === "string"))];
}

/** Targets that a spec publishes, sorted, without repeats. */
export function publishedTargets(spec: unknown): string[] {
  const targets = endpointsOf(spec).flatMap((endpoint) =>
    Array.isArray(endpoint.targets) ? endpoint.targets.filter((target) => typeof target === "string") : [],
  );
  return [...new Set<string>(targets)].sort();
}

/** The endpoints of a DNSEndpoint's spec, as they stand there. */
export function endpointsOf(spec: unknown): Record<string, unknown>[] {
  if (!isRecord(spec) || !Array.isArray(spec.endpoints)) return [];
  return spec.endpoints.filter(isRecord);
}
