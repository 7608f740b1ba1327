/**
 * The hosts that a route gets records for.
 *
 * @module
 */
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { ObservedState } from "../integration.ts";
import { isEnabled } from "../opt-in.ts";
import { namesIn } from "./endpoints.ts";
import type { ExternalDNSSettings } from "./settings.ts";

/** The integration's name, under which a description has the names of its annotations. */
export const NAME = "external-dns";

type Scope = Pick<ExternalDNSSettings, "domains" | "optIn">;

/** Why the installation publishes nothing of the route; null where it does. */
export function whyNotPublished(
  { domains = [], optIn }: Scope,
  description: RouteDescription,
): string | null {
  if (optIn === true && !isEnabled(description, NAME)) return "the route does not ask for DNS (optIn)";
  const hosts = allHosts(description);
  return hosts.length > 0 && !hosts.some((host) => isWithin(domains, host)) && !description.incomplete
    ? `no host is below ${domains.join(", ")} (domains)`
    : null;
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
  const mayHave = (name: string) => observedState.mayName(name) && isWithin(scope.domains, name);
  const kept = description.incomplete ? published.filter(mayHave) : [];
  return kept.length === 0 ? wanted : [...new Set([...wanted, ...kept])].sort();
}

export function wantedHosts({ domains = [] }: Scope, description: RouteDescription): readonly string[] {
  const hosts = allHosts(description);
  return domains.length === 0 ? hosts : hosts.filter((host) => isWithin(domains, host));
}

function allHosts({ hosts, extraNames }: RouteDescription): readonly string[] {
  const extra = extraNames[NAME] ?? [];
  return extra.length === 0 ? hosts : [...new Set([...hosts, ...extra])].sort();
}

function isWithin(domains: readonly string[] = [], host: string): boolean {
  const name = host.replace(/^\*\./, "");
  return domains.length === 0 || domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}
