/**
 * Which hosts a namespace may claim, by configuration: without it, whoever may write a route in any namespace can
 * have a certificate and a record for any name.
 *
 * @module
 */
import type { HostPolicy } from "../../config/configuration.ts";
import { hostOf, matchesAddress } from "../../integrations/identity.ts";
import type { Problem } from "../../problem.ts";
import { matchesGlob } from "../../schema/glob.ts";
import { shown } from "../../schema/shown.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";

/** All names that the route asks for, for whatever purpose. */
export function namesOf({ hosts, tls, extraNames }: RouteDescription): readonly string[] {
  return [...new Set([...hosts, ...(tls?.domains ?? []), ...Object.values(extraNames).flat()])];
}

/** The description without the hosts and TLS names that the test refuses, and a problem for each. */
export function withoutHosts(
  description: RouteDescription,
  refuse: (host: string) => Problem | null,
): RouteDescription {
  const { hosts, tls, extraNames } = description;
  const refused = new Map<string, Problem>();
  for (const name of namesOf(description)) {
    const problem = refuse(name);
    if (problem !== null)
      refused.set(name, { ...problem, field: fieldOf(description, name) ?? problem.field });
  }
  if (refused.size === 0) return description;
  const isAllowed = (name: string) => !refused.has(name);
  return {
    ...description,
    hosts: hosts.filter(isAllowed),
    extraNames: Object.fromEntries(
      Object.entries(extraNames).map(([integration, extra]) => [integration, extra.filter(isAllowed)]),
    ),
    tls: tls === null ? null : { ...tls, domains: tls.domains.filter(isAllowed) },
    problems: [...description.problems, ...refused.values()],
  };
}

/** Where the route names it, if not in a rule. */
function fieldOf({ hosts, tls, annotations }: RouteDescription, name: string): string | null {
  if (hosts.includes(name)) return null;
  if (tls?.domains.includes(name) === true) return "spec.tls.domains";
  const key = Object.keys(annotations).find((key) => annotations[key]?.toLowerCase().includes(name));
  return key === undefined ? null : `metadata.annotations[${key}]`;
}

/**
 * Why the namespace may not have the name; null where it may. The name may be any that stands in a certificate: a
 * host, an IP address, an email address, a URI, or whatever else a subject says.
 */
export function refusalOf(policy: HostPolicy, namespace: string, name: string): Problem | null {
  if (policy.length === 0) return null;
  const rules = policy.filter(({ namespaces }) => namespaces.some((glob) => matchesGlob(glob, namespace)));
  if (rules.some((rule) => allows(rule, name))) return null;
  const suffixes = rules.flatMap((rule) => rule.suffixes);
  const identities = rules.flatMap((rule) => rule.identities ?? []);
  const hosts = suffixes.length === 0 ? "no host at all" : `only hosts below ${suffixes.join(", ")}`;
  const allowed = identities.length === 0 ? hosts : `${hosts}, and ${identities.join(", ")}`;
  const isHost = hostOf(name) !== null && !/[@:]/.test(name);
  const advice = isHost ? "" : " Write one of these, or have it listed in hostPolicy under identities.";
  return {
    reason: "HostNotAllowed",
    message: `namespace ${namespace} may not claim ${isHost ? name : shown(name)}: the host policy allows it ${allowed}.${advice} Ask whoever runs this installation.`,
    field: "spec.routes",
  };
}

function allows({ suffixes, identities = [] }: HostPolicy[number], name: string): boolean {
  const host = hostOf(name);
  return (
    suffixes.some((suffix) => host !== null && (host === suffix || host.endsWith(`.${suffix}`))) ||
    identities.some((identity) => matchesAddress(identity, name) || matchesGlob(identity, name))
  );
}
