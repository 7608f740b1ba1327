/**
 * external-dns: one DNSEndpoint for a route with at least one host, pointing at Traefik's own address.
 *
 * @module
 */
import type { ObjectReference, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { childName, routesOfChildName } from "../child-name.ts";
import { type ChildKind, type Desired, dependencyKey, type Facts, type Integration } from "../integration.ts";
import { type DnsAnnotations, dnsAnnotations } from "./annotations.ts";
import { apexProblems, withoutLoops } from "./cname-rules.ts";
import { aliasProblems, endpointOptions, withOptions } from "./endpoint-options.ts";
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
    extraNames: (annotations) => dnsAnnotations(annotations).hostnames,
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
  const annotated = dnsAnnotations(description.annotations);
  // Another controller than external-dns looks after this route's names.
  if (annotated.skip) return { kind: "absent", problems: annotated.problems };
  const hosts = hostsToPublish(description, facts);
  if (hosts.length === 0) {
    const { problems } = annotated;
    const undecided = description.incomplete || wantedHosts(description).length > 0;
    return undecided ? { kind: "unchanged", problems } : { kind: "absent", problems };
  }
  const target = findTarget(settings, service, description, annotated, facts);
  const targets = target.targets.length > 0 ? target.targets : publishedTargets(facts.child);
  const problems = [...annotated.problems, ...target.problems];
  if (targets.length === 0) return { kind: "unchanged", problems };
  const options = endpointOptions(annotated, settings.ttl, facts.child?.spec);
  const plain = withoutLoops(endpoints(hosts, targetsOf(targets), settings.ttl));
  const complete = withOptions(plain.endpoints, options);
  if (complete.length === 0) return { kind: "unchanged", problems: [...problems, ...plain.problems] };
  return {
    kind: "present",
    spec: { endpoints: complete },
    ...settings.endpointTemplate,
    problems: [
      ...problems,
      ...plain.problems,
      ...apexProblems(complete),
      ...aliasProblems(annotated, plain.endpoints),
    ],
  };
}

/**
 * A rule in error removes no name that the route may still have. While the certificate is not ready, what is
 * published stays and what is new waits.
 */
function hostsToPublish(description: RouteDescription, facts: Facts): readonly string[] {
  const published = namesIn(facts.child?.spec);
  const hosts = wantedHosts(description);
  const wanted = facts.othersReady ? hosts : hosts.filter((host) => published.includes(host));
  const kept = description.incomplete ? published.filter(facts.mayName) : [];
  return kept.length === 0 ? wanted : [...new Set([...wanted, ...kept])].sort();
}

function wantedHosts({ hosts, extraNames }: RouteDescription): readonly string[] {
  const extra = extraNames[EXTERNAL_DNS.name] ?? [];
  return extra.length === 0 ? hosts : [...new Set([...hosts, ...extra])].sort();
}

/** Our own annotation goes before external-dns', that before the configuration. */
function findTarget(
  settings: ExternalDNSSettings,
  service: ObjectReference | null,
  description: RouteDescription,
  annotated: DnsAnnotations,
  facts: Facts,
): Target {
  const published = publishedTargets(facts.child);
  const override = description.annotations[TARGET_ANNOTATION];
  if (override !== undefined) {
    const target = targetOfAnnotation(override, TARGET_ANNOTATION);
    return target.targets.length > 0 ? target : { targets: published, problems: target.problems };
  }
  if (annotated.targets !== null) return { targets: annotated.targets, problems: [] };
  if (annotated.invalid.includes("targets")) return { targets: published, problems: [] };
  if (service === null) return { targets: settings.targetIPs, problems: [] };
  return targetOfService({
    reference: service,
    service: facts.dependencies.get(dependencyKey(service)) ?? null,
    published,
    pending: settings.pendingLoadBalancer,
  });
}
