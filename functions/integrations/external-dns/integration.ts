/**
 * external-dns: one DNSEndpoint for a route with at least one host, pointing at Traefik's own address.
 *
 * @module
 */
import type { ObjectReference, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { permitted } from "../allowed-annotations.ts";
import { copiedAnnotations } from "../copied-annotations.ts";
import { integrationOf, type KindOptions } from "../define.ts";
import {
  type Desired,
  dependencyKey,
  type Integration,
  type ObservedState,
  type Spec,
} from "../integration.ts";
import { type DnsAnnotations, dnsAnnotations } from "./annotations.ts";
import { apexProblems, type CheckedEndpoints, withoutLoops } from "./cname-rules.ts";
import { defaultTargetsProblems, leavesTargets, TARGET_ANNOTATION } from "./default-targets.ts";
import { aliasProblems, endpointOptions, withOptions } from "./endpoint-options.ts";
import { type Endpoint, endpoints, namesIn, publishedTargets, untargetedEndpoints } from "./endpoints.ts";
import { excludedProblems } from "./hosts/excluded.ts";
import { hostsToPublish, NAME, wantedHosts, whyNotPublished } from "./hosts/hosts.ts";
import { hostSourceProblems, sourceHosts } from "./hosts/source.ts";
import { withoutRefusedHosts } from "./identities.ts";
import { mismatch } from "./mismatch.ts";
import { entriesOf, targetAnnotation, targetConflict, withoutNames } from "./name-sharing.ts";
import { isObserved } from "./observed.ts";
import type { ExternalDNSSettings } from "./settings.ts";
import { type Target, targetOfAnnotation, targetOfService, targetsOf } from "./target.ts";
import { SCOPE } from "./vocabulary.ts";

const DNS_ENDPOINT: ResourceDefinition = {
  group: "externaldns.k8s.io",
  version: "v1alpha1",
  plural: "dnsendpoints",
  kind: "DNSEndpoint",
};

const SERVICE: ResourceDefinition = { group: "", version: "v1", plural: "services", kind: "Service" };

/** What is known of the integration without its settings. */
export const EXTERNAL_DNS: KindOptions = {
  name: NAME,
  resource: DNS_ENDPOINT,
  names: namesIn,
  isObserved,
};

export function createExternalDNS(settings: ExternalDNSSettings): Integration {
  const service = targetService(settings);
  return integrationOf(EXTERNAL_DNS, {
    dependencies: service === null ? [] : [service],
    nameSharing: {
      entries: entriesOf,
      ownsTarget: ({ annotations }) =>
        targetAnnotation(permitted(SCOPE, settings, annotations).annotations) !== null,
      contradicts: (name, decider, { annotations }) => targetConflict(name, decider, annotations),
    },
    waitsForOthers: settings.waitForCertificate,
    extraNames: (annotations) =>
      dnsAnnotations(permitted(SCOPE, settings, annotations).annotations).hostnames,
    ...(settings.adopt === "matching" ? { mismatch } : {}),
    check: (description) => checkRoute(settings, description),
    desiredState: (description, observedState) =>
      desiredEndpoint(settings, service, description, observedState),
  });
}

/** Static addresses need no Service, nor do targets that external-dns fills in. */
function targetService(settings: ExternalDNSSettings): ObjectReference | null {
  if (settings.targetIPs.length > 0 || settings.targetService === null) return null;
  return { resource: SERVICE, ...settings.targetService };
}

/** What the route itself says about DNS and cannot be done; nothing where the installation publishes none of it. */
function checkRoute(settings: ExternalDNSSettings, description: RouteDescription): readonly Problem[] {
  if (whyNotPublished(settings, description) !== null) return [];
  const { annotations, problems } = permitted(SCOPE, settings, description.annotations);
  const annotated = dnsAnnotations(annotations);
  if (annotated.skip) return [...problems, ...annotated.problems];
  const override = annotations[TARGET_ANNOTATION];
  const target = override === undefined ? null : targetOfAnnotation(override, TARGET_ANNOTATION);
  return [
    ...problems,
    ...annotated.problems,
    ...hostSourceProblems(settings, description),
    ...excludedProblems(description, sourceHosts(settings, description)),
    ...(target?.problems ?? []),
    ...defaultTargetsProblems(annotations),
  ];
}

function desiredEndpoint(
  settings: ExternalDNSSettings,
  service: ObjectReference | null,
  description: RouteDescription,
  observedState: ObservedState,
): Desired {
  const why = whyNotPublished(settings, description);
  if (why !== null) return { kind: "absent", why, problems: [] };
  const { annotations } = permitted(SCOPE, settings, description.annotations);
  const annotated = dnsAnnotations(annotations);
  // Another controller than external-dns looks after this route's names.
  if (annotated.skip) return { kind: "absent", problems: [] };
  const hosts = hostsToPublish(settings, description, observedState);
  if (hosts.length === 0) {
    const undecided = description.incomplete || wantedHosts(settings, description).length > 0;
    return { kind: undecided ? "unchanged" : "absent", problems: [] };
  }
  // What another route has decided so far is not what this one keeps.
  const published = withoutNames(observedState.child?.spec, observedState.followed?.before ?? NO_NAMES);
  const followed = observedState.followed?.now ?? NOTHING_FOLLOWED;
  const own = hosts.filter((host) => !followed.has(host));
  const plain = plainEndpoints(own, settings, service, annotations, annotated, {
    ...observedState,
    published,
  });
  const options = endpointOptions(annotated, settings.ttl, published);
  const allowed = withoutRefusedHosts(options.providerSpecific, observedState.refuseName);
  const complete = withOptions(plain.endpoints, { ...options, providerSpecific: allowed.properties });
  const all = [...complete, ...hosts.flatMap((host) => followed.get(host) ?? [])];
  if (all.length === 0) return { kind: "unchanged", problems: plain.problems };
  return {
    kind: "present",
    spec: { endpoints: followed.size === 0 ? complete : inOrderOf(hosts, all) },
    labels: settings.endpointTemplate.labels,
    annotations: {
      ...copiedAnnotations(description, annotations, settings.copyAnnotations),
      ...settings.endpointTemplate.annotations,
    },
    problems: [
      ...plain.problems,
      ...allowed.refused.map(({ name, problem }) => ({ ...problem, field: fieldOf(name, annotations) })),
      ...apexProblems(complete),
      ...aliasProblems(annotated, plain.endpoints),
    ],
  };
}

const NO_NAMES: ReadonlySet<string> = new Set();
const NOTHING_FOLLOWED: ReadonlyMap<string, readonly Spec[]> = new Map();

function inOrderOf(hosts: readonly string[], endpoints: readonly { readonly dnsName?: unknown }[]) {
  const byName = Map.groupBy(endpoints, ({ dnsName }) => dnsName);
  return hosts.flatMap((host) => byName.get(host) ?? []);
}

/** The facts, and what the child publishes of the route's own. */
interface OwnObservedState extends ObservedState {
  readonly published: Spec | undefined;
}

/** None where no target is known; what is published stays where that is all there is. */
function plainEndpoints(
  hosts: readonly string[],
  settings: ExternalDNSSettings,
  service: ObjectReference | null,
  annotations: Readonly<Record<string, string>>,
  annotated: DnsAnnotations,
  observedState: OwnObservedState,
): CheckedEndpoints<Endpoint> {
  if (hosts.length === 0) return { endpoints: [], problems: [] };
  if (leavesTargets(settings, annotations, annotated)) {
    return { endpoints: untargetedEndpoints(hosts, settings.ttl), problems: [] };
  }
  const { targets, problems } = findTarget(settings, service, annotations, annotated, observedState);
  const known = targets.length > 0 ? targets : publishedTargets(observedState.published);
  const checked = withoutLoops(endpoints(hosts, targetsOf(known), settings.ttl));
  return { endpoints: checked.endpoints, problems: [...problems, ...checked.problems] };
}

/** The annotation that a provider property comes from. */
function fieldOf(property: string, annotations: Readonly<Record<string, string>>): string {
  const name = property.replace("/", "-");
  const key = Object.keys(annotations).find(
    (candidate) => candidate === property || candidate.endsWith(`/${name}`),
  );
  return `metadata.annotations[${key ?? property}]`;
}

/** Our own annotation goes before external-dns', that before the configuration. */
function findTarget(
  settings: ExternalDNSSettings,
  service: ObjectReference | null,
  annotations: Readonly<Record<string, string>>,
  annotated: DnsAnnotations,
  observedState: OwnObservedState,
): Target {
  const published = publishedTargets(observedState.published);
  const override = annotations[TARGET_ANNOTATION];
  // What is wrong with an annotation is reported where the route is checked.
  if (override !== undefined) {
    const { targets } = targetOfAnnotation(override, TARGET_ANNOTATION);
    return { targets: targets.length > 0 ? targets : published, problems: [] };
  }
  if (annotated.targets !== null) return { targets: annotated.targets, problems: [] };
  if (annotated.invalid.includes("targets")) return { targets: published, problems: [] };
  if (service === null) return { targets: settings.targetIPs, problems: [] };
  return targetOfService({
    reference: service,
    service: observedState.dependencies.get(dependencyKey(service)) ?? null,
    published,
    pending: settings.pendingLoadBalancer,
    prefers: settings.targetPreference ?? "addresses",
  });
}
