/**
 * Whether a DNSEndpoint that somebody made publishes what a route would, so that taking it over changes no record.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { endpointsOf, namesIn } from "./endpoints.ts";

/** Why not, as the end of a sentence; null where it does. Times to live may differ. */
export function mismatch(spec: unknown, wanted: unknown): string | null {
  const [has, wants] = [namesIn(spec), namesIn(wanted)];
  const more = has.filter((name) => !wants.includes(name.toLowerCase()));
  if (more.length > 0) return `it publishes ${more.join(", ")} too, which the route does not name`;
  const missing = wants.filter((name) => !has.some((other) => other.toLowerCase() === name));
  if (missing.length > 0) return `it lacks ${missing.join(", ")}`;
  const [records, wantedRecords] = [recordsOf(spec), recordsOf(wanted)];
  const differing = wants.find((name) => !isDeepStrictEqual(records.get(name), wantedRecords.get(name)));
  return differing === undefined ? null : `its records of ${differing} are others than the route would have`;
}

/** What counts of each name's endpoints, in one order. */
function recordsOf(spec: unknown): ReadonlyMap<string, readonly string[]> {
  const byName = Map.groupBy(endpointsOf(spec), ({ dnsName }) => String(dnsName).toLowerCase());
  return new Map([...byName].map(([name, group]) => [name, group.map(recordText).sort()]));
}

function recordText({ dnsName: _, recordTTL: __, targets, ...rest }: Record<string, unknown>): string {
  const known = Array.isArray(targets)
    ? targets.map((target) => String(target).replace(/\.$/, "")).sort()
    : null;
  return JSON.stringify([known, Object.entries(rest).sort()]);
}
