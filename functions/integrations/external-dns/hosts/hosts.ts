/**
 * The hosts that a route gets records for.
 *
 * @module
 */

import type { RouteDescription } from "../../../traefik/route-description.ts";
import { permitted } from "../../allowed-annotations.ts";
import type { ObservedState } from "../../integration.ts";
import { isEnabled } from "../../opt-in.ts";
import { namesIn } from "../endpoints.ts";
import { targetAnnotation } from "../name-sharing.ts";
import type { ExternalDNSSettings } from "../settings.ts";
import { SCOPE } from "../vocabulary.ts";
import { excludedByRoute } from "./excluded.ts";
import { NAME, sourceHosts } from "./source.ts";

export { NAME };

type Scope = Pick<
  ExternalDNSSettings,
  "domains" | "excludeDomains" | "hostSource" | "optIn" | "allowedAnnotations"
>;

/** Why the installation publishes nothing of the route; null where it does. */
export function whyNotPublished(scope: Scope, description: RouteDescription): string | null {
  if (scope.optIn === true && !asksForRecords(scope, description)) {
    return "the route does not ask for DNS (optIn)";
  }
  if (description.incomplete || wantedHosts(scope, description).length > 0) return null;
  const hosts = sourceHosts(scope, description);
  if (hosts.length === 0) {
    return description.hosts.length === 0 ? null : "the route leaves its hosts out (ingress-hostname-source)";
  }
  const { domains = [] } = scope;
  if (!hosts.some((host) => isWithin(domains, host)))
    return `no host is below ${domains.join(", ")} (domains)`;
  return hosts.some((host) => isServed(scope, host))
    ? "the route leaves its hosts out (exclude-hosts)"
    : "all hosts are at or below excludeDomains";
}

/** By our own annotation, or by one that says what its records are to be. */
function asksForRecords(scope: Scope, description: RouteDescription): boolean {
  if (isEnabled(description, NAME)) return true;
  if ((description.extraNames[NAME] ?? []).length > 0) return true;
  return targetAnnotation(permitted(SCOPE, scope, description.annotations).annotations) !== null;
}

/**
 * A rule in error removes no name that the route may still have. While the certificate is not ready, what is
 * published stays and what is new waits.
 */
export function hostsToPublish(
  scope: Scope,
  description: RouteDescription,
  observedState: ObservedState,
): readonly string[] {
  const published = namesIn(observedState.child?.spec);
  const hosts = wantedHosts(scope, description);
  const wanted = observedState.othersReady ? hosts : hosts.filter((host) => published.includes(host));
  if (!description.incomplete) return wanted;
  const excluded = excludedByRoute(description);
  const mayHave = (name: string) =>
    observedState.refuseName(name) === null && isServed(scope, name) && !excluded.includes(name);
  const kept = published.filter(mayHave);
  return kept.length === 0 ? wanted : [...new Set([...wanted, ...kept])].sort();
}

export function wantedHosts(scope: Scope, description: RouteDescription): readonly string[] {
  const hosts = sourceHosts(scope, description);
  const { domains = [], excludeDomains = [] } = scope;
  const excluded = excludedByRoute(description);
  // Most installations publish all hosts, and a resync asks for each route.
  if (domains.length + excludeDomains.length + excluded.length === 0) return hosts;
  return hosts.filter((host) => isServed(scope, host) && !excluded.includes(host));
}

function isServed({ domains = [], excludeDomains = [] }: Scope, host: string): boolean {
  return isWithin(domains, host) && (excludeDomains.length === 0 || !isWithin(excludeDomains, host));
}

function isWithin(domains: readonly string[], host: string): boolean {
  const name = host.replace(/^\*\./, "");
  return domains.length === 0 || domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}
