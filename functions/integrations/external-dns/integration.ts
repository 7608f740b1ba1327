/**
 * external-dns: one DNSEndpoint for a route with at least one host, pointing at Traefik's own address.
 *
 * @module
 */
import { isIP } from "node:net";
import type { ObjectReference, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { childName, routesOfChildName } from "../child-name.ts";
import { type ChildKind, type Desired, dependencyKey, type Facts, type Integration } from "../integration.ts";
import { endpoints, namesIn, publishedTargets } from "./endpoints.ts";
import type { ExternalDNSSettings } from "./settings.ts";
import { type Target, targetOfAnnotation, targetOfService, targetsOf } from "./target.ts";

const DNS_ENDPOINT: ResourceDefinition = {
  group: "externaldns.k8s.io",
  version: "v1alpha1",
  plural: "dnsendpoints",
  kind: "DNSEndpoint",
};

const SERVICE: ResourceDefinition = { group: "", version: "v1", plural: "services", kind: "Service" };

/** Overrides the target for one route: IP addresses separated by commas, or one hostname. */
export const TARGET_ANNOTATION = "traefik-cert-rotater.io/target";

/** What is known of the integration without its settings. */
export const EXTERNAL_DNS: ChildKind = {
  name: "external-dns",
  resource: DNS_ENDPOINT,
  childName: (route) => childName(route, ""),
  names: namesIn,
  routesOf: (name) => routesOfChildName(name, ""),
};

export function createExternalDNS(settings: ExternalDNSSettings): Integration {
  const service = targetService(settings);
  return {
    ...EXTERNAL_DNS,
    dependencies: service === null ? [] : [service],
    claim: null,
    isReady: null,
    waitsForOthers: settings.waitForCertificate,
    desire: (description, facts) => desireEndpoint(settings, service, description, facts),
  };
}

/** Static addresses need no Service. */
function targetService(settings: ExternalDNSSettings): ObjectReference | null {
  if (settings.targetIPs.length > 0 || settings.targetService === null) return null;
  return { resource: SERVICE, ...settings.targetService };
}

function desireEndpoint(
  settings: ExternalDNSSettings,
  service: ObjectReference | null,
  description: RouteDescription,
  facts: Facts,
): Desired {
  const hosts = hostsToPublish(description, facts);
  if (hosts.length === 0) {
    const undecided = description.incomplete || description.hosts.length > 0;
    return undecided ? { kind: "unchanged", problems: [] } : { kind: "absent", problems: [] };
  }
  const target = findTarget(settings, service, description, facts);
  const targets = target.targets.length > 0 ? target.targets : publishedTargets(facts.child);
  if (targets.length === 0) return { kind: "unchanged", problems: target.problems };
  return {
    kind: "present",
    spec: { endpoints: endpoints(hosts, targetsOf(targets), settings.ttl) },
    ...settings.endpointTemplate,
    problems: target.problems,
  };
}

/**
 * A rule in error removes no name that the route may still have. While the certificate is not ready, what is
 * published stays and what is new waits.
 */
function hostsToPublish({ hosts, incomplete }: RouteDescription, facts: Facts): readonly string[] {
  const published = namesIn(facts.child?.spec);
  const wanted = facts.othersReady ? hosts : hosts.filter((host) => published.includes(host));
  const kept = incomplete ? published.filter(facts.mayName) : [];
  return kept.length === 0 ? wanted : [...new Set([...wanted, ...kept])].sort();
}

function findTarget(
  settings: ExternalDNSSettings,
  service: ObjectReference | null,
  description: RouteDescription,
  facts: Facts,
): Target {
  const override = description.annotations[TARGET_ANNOTATION];
  if (override !== undefined) {
    const target = targetOfAnnotation(override, TARGET_ANNOTATION);
    if (target.targets.length > 0) return target;
    return { targets: publishedTargets(facts.child), problems: target.problems };
  }
  if (service === null)
    return { targets: settings.targetIPs.filter((address) => isIP(address) !== 0), problems: [] };
  return targetOfService({
    reference: service,
    service: facts.dependencies.get(dependencyKey(service)) ?? null,
    published: publishedTargets(facts.child),
    pending: settings.pendingLoadBalancer,
  });
}
