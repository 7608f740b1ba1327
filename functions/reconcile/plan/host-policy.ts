/**
 * Which hosts a namespace may claim, by configuration: without it, whoever may write a route in any namespace can
 * have a certificate and a record for any name.
 *
 * @module
 */
import { matchesGlob } from "../../glob.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";

/** One line of the policy. `namespaces` are globs; a suffix allows itself and all names below it. */
export interface HostRule {
  readonly namespaces: readonly string[];
  readonly suffixes: readonly string[];
}

/** Empty: every namespace may claim every host. Otherwise a namespace that no line names may claim none. */
export type HostPolicy = readonly HostRule[];

function allows(policy: HostPolicy, namespace: string, host: string): boolean {
  if (policy.length === 0) return true;
  const name = host.replace(/^\*\./, "");
  return rulesOf(policy, namespace).some(({ suffixes }) =>
    suffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`)),
  );
}

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
  const names = namesOf(description);
  const problems = names.flatMap((name) => refuse(name) ?? []);
  if (problems.length === 0) return description;
  const isAllowed = (name: string) => refuse(name) === null;
  return {
    ...description,
    hosts: hosts.filter(isAllowed),
    extraNames: Object.fromEntries(
      Object.entries(extraNames).map(([integration, extra]) => [integration, extra.filter(isAllowed)]),
    ),
    tls: tls === null ? null : { ...tls, domains: tls.domains.filter(isAllowed) },
    problems: [...description.problems, ...problems],
  };
}

/** Why the namespace may not have the host; null where it may. */
export function refusalOf(policy: HostPolicy, namespace: string, host: string): Problem | null {
  if (allows(policy, namespace, host)) return null;
  const suffixes = rulesOf(policy, namespace).flatMap((rule) => rule.suffixes);
  const allowed = suffixes.length === 0 ? "no host at all" : `only hosts below ${suffixes.join(", ")}`;
  return {
    reason: "HostNotAllowed",
    message: `namespace ${namespace} may not claim ${host}: the host policy allows it ${allowed}. Ask whoever runs this installation.`,
    field: "spec.routes",
  };
}

function rulesOf(policy: HostPolicy, namespace: string): HostPolicy {
  return policy.filter(({ namespaces }) => namespaces.some((glob) => matchesGlob(glob, namespace)));
}
