/**
 * The names of a Certificate.
 *
 * @module
 */
import { isRecord } from "../../schema/unknown.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { ObservedState } from "../integration.ts";
import { withoutCovered } from "../names.ts";

/** The integration's name, under which a description has the names of its annotations. */
export const NAME = "cert-manager";

/** What the route asks for: `tls.domains` where it has them, else its hosts, and the names of its annotations. */
export function wantedNames({ tls, hosts, extraNames }: RouteDescription): readonly string[] {
  const named = tls !== null && tls.domains.length > 0 ? tls.domains : hosts;
  return union([named, extraNames[NAME] ?? []]);
}

/**
 * What the Certificate is to name. A rule in error removes no name that the route may still have. A name that a
 * wildcard among them covers is not listed beside it.
 */
export function certificateNames(
  description: RouteDescription,
  { child, refuseName }: ObservedState,
): readonly string[] {
  const kept = description.incomplete ? namesIn(child?.spec).filter((name) => refuseName(name) === null) : [];
  return withoutCovered(union([wantedNames(description), kept]));
}

/** Sorted, so that the order of the input never makes a new certificate. */
export function union(lists: readonly (readonly string[])[]): readonly string[] {
  const names = lists.flat();
  return names.length < 2 ? names : [...new Set(names)].sort();
}

/** The `dnsNames` of a Certificate's spec. */
export function namesIn(spec: unknown): readonly string[] {
  return isRecord(spec) ? texts(spec.dnsNames) : [];
}

/** The strings of a list; none where it is no list. */
export function texts(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];
}
