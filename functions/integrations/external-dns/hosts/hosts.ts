/**
 * The hosts that a route gets records for.
 *
 * @module
 */

import type { RouteDescription } from "../../../traefik/route-description.ts";
import type { ObservedState } from "../../integration.ts";
import { isEnabled } from "../../opt-in.ts";
import { namesIn } from "../endpoints.ts";
import { targetAnnotation } from "../name-sharing.ts";
import type { ExternalDNSSettings } from "../settings.ts";
import { excludedByRoute } from "./excluded.ts";
import { NAME, sourceHosts } from "./source.ts";

export { NAME };

type Annotations = Readonly<Record<string, string>>;
type Scope = Pick<ExternalDNSSettings, "domains" | "excludeDomains" | "hostSource" | "optIn">;

/** The hosts of a route, whatever is published already. */
export interface AskedHosts {
  /** All of them: sorted, each once. */
  readonly all: readonly string[];
  /** Those that are to have records. */
  readonly wanted: readonly string[];
  /** Why the installation publishes nothing of the route; null where it does. */
  readonly whyNone: string | null;
}

/** `annotations` are those that the route may use. */
export function askedHosts(
  scope: Scope,
  description: RouteDescription,
  annotations: Annotations,
): AskedHosts {
  const all = sourceHosts(scope, description, annotations);
  const excluded = excludedByRoute(description);
  const { domains = [], excludeDomains = [] } = scope;
  // Most installations publish all hosts, and a resync asks for each route.
  const wanted =
    domains.length + excludeDomains.length + excluded.length === 0
      ? all
      : all.filter((host) => isServed(scope, host) && !excluded.includes(host));
  const isAsked = scope.optIn !== true || asksForRecords(description, annotations);
  if (!isAsked) return { all, wanted, whyNone: "the route does not ask for DNS (optIn)" };
  const mayHaveSome = description.incomplete || wanted.length > 0;
  return { all, wanted, whyNone: mayHaveSome ? null : whyNone(scope, description, all) };
}

function whyNone(scope: Scope, description: RouteDescription, all: readonly string[]): string | null {
  if (all.length === 0) {
    return description.hosts.length === 0 ? null : "the route leaves its hosts out (ingress-hostname-source)";
  }
  const { domains = [] } = scope;
  if (!all.some((host) => isWithin(domains, host))) return `no host is below ${domains.join(", ")} (domains)`;
  return all.some((host) => isServed(scope, host))
    ? "the route leaves its hosts out (exclude-hosts)"
    : "all hosts are at or below excludeDomains";
}

/** By our own annotation, or by one that says what its records are to be. */
function asksForRecords(description: RouteDescription, annotations: Annotations): boolean {
  if (isEnabled(description, NAME)) return true;
  if ((description.extraNames[NAME] ?? []).length > 0) return true;
  return targetAnnotation(annotations) !== null;
}

/**
 * A rule in error removes no name that the route may still have. While the certificate is not ready, what is
 * published stays and what is new waits.
 */
export function hostsToPublish(
  scope: Scope,
  description: RouteDescription,
  wanted: readonly string[],
  { child, othersReady, refuseName }: ObservedState,
): readonly string[] {
  const published = namesIn(child?.spec);
  const due = othersReady ? wanted : wanted.filter((host) => published.includes(host));
  if (!description.incomplete) return due;
  const excluded = excludedByRoute(description);
  const mayHave = (name: string) =>
    refuseName(name) === null && isServed(scope, name) && !excluded.includes(name);
  const kept = published.filter(mayHave);
  return kept.length === 0 ? due : [...new Set([...due, ...kept])].sort();
}

function isServed({ domains = [], excludeDomains = [] }: Scope, host: string): boolean {
  return isWithin(domains, host) && (excludeDomains.length === 0 || !isWithin(excludeDomains, host));
}

function isWithin(domains: readonly string[], host: string): boolean {
  const name = host.replace(/^\*\./, "");
  return domains.length === 0 || domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}
