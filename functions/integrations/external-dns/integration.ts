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
  type FollowedNames,
  type Integration,
  type ObservedState,
  type Spec,
} from "../integration.ts";
import { type DnsAnnotations, dnsAnnotations } from "./annotations.ts";
import { apexProblems, type CheckedEndpoints, withoutLoops } from "./cname-rules.ts";
import { defaultTargetsProblems, leavesTargets, TARGET_ANNOTATION } from "./default-targets.ts";
import { aliasProblems, endpointOptions, withOptions } from "./endpoint-options.ts";
import { endpoints, namesIn, publishedTargets } from "./endpoints.ts";
import { excludedProblems } from "./hosts/excluded.ts";
import { askedHosts, hostsToPublish, NAME } from "./hosts/hosts.ts";
import { hostSourceProblems } from "./hosts/source.ts";
import { withoutRefusedHosts } from "./identities.ts";
import { mismatch } from "./mismatch.ts";
import { entriesOf, targetAnnotation, targetConflict, withoutNames } from "./name-sharing.ts";
import { isObserved } from "./observed.ts";
import type { ExternalDNSSettings } from "./settings.ts";
import { type Target, targetOfAnnotation, targetOfService, targetsOf } from "./target.ts";
import { SCOPE } from "./vocabulary.ts";

type Annotations = Readonly<Record<string, string>>;

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
  const allowed = (annotations: Annotations) => permitted(SCOPE, settings, annotations).annotations;
  return integrationOf(EXTERNAL_DNS, {
    dependencies: service === null ? [] : [service],
    nameSharing: {
      entries: entriesOf,
      ownsTarget: ({ annotations }) => targetAnnotation(allowed(annotations)) !== null,
      contradicts: (name, decider, { annotations }) => targetConflict(name, decider, annotations),
    },
    waitsForOthers: settings.waitForCertificate,
    extraNames: (annotations) => dnsAnnotations(allowed(annotations)).hostnames,
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
  const { annotations, problems } = permitted(SCOPE, settings, description.annotations);
  const { all, whyNone } = askedHosts(settings, description, annotations);
  if (whyNone !== null) return [];
  const annotated = dnsAnnotations(annotations);
  if (annotated.skip) return [...problems, ...annotated.problems];
  const override = annotations[TARGET_ANNOTATION];
  const target = override === undefined ? null : targetOfAnnotation(override, TARGET_ANNOTATION);
  return [
    ...problems,
    ...annotated.problems,
    ...hostSourceProblems(annotations),
    ...excludedProblems(description, all),
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
  const { annotations } = permitted(SCOPE, settings, description.annotations);
  const { wanted, whyNone } = askedHosts(settings, description, annotations);
  if (whyNone !== null) return { kind: "absent", why: whyNone, problems: [] };
  const annotated = dnsAnnotations(annotations);
  // Another controller than external-dns looks after this route's names.
  if (annotated.skip) return { kind: "absent", problems: [] };
  const hosts = hostsToPublish(settings, description, wanted, observedState);
  if (hosts.length === 0) {
    const undecided = description.incomplete || wanted.length > 0;
    return { kind: undecided ? "unchanged" : "absent", problems: [] };
  }
  const { child, dependencies, refuseName, followed = NOTHING_FOLLOWED } = observedState;
  // What another route has decided so far is not what this one keeps.
  const published = withoutNames(child?.spec, followed.before);
  const own = hosts.filter((host) => !followed.now.has(host));
  const target =
    own.length === 0
      ? NO_TARGET
      : findTarget(settings, service, annotations, annotated, dependencies, published);
  const plain = plainEndpoints(own, target, published);
  const options = endpointOptions(annotated, settings.ttl, published);
  const allowed = withoutRefusedHosts(options.providerSpecific, refuseName);
  const complete = withOptions(plain.endpoints, { ...options, providerSpecific: allowed.properties });
  const all = [...complete, ...hosts.flatMap((host) => followed.now.get(host) ?? [])];
  const problems = [...target.problems, ...plain.problems];
  if (all.length === 0) return { kind: "unchanged", problems };
  return {
    kind: "present",
    spec: { endpoints: followed.now.size === 0 ? complete : inOrderOf(hosts, all) },
    labels: settings.endpointTemplate.labels,
    annotations: {
      ...copiedAnnotations(description, annotations, settings.copyAnnotations),
      ...settings.endpointTemplate.annotations,
    },
    problems: [
      ...problems,
      ...allowed.refused.map(({ name, problem }) => ({ ...problem, field: fieldOf(name, annotations) })),
      ...apexProblems(complete),
      ...aliasProblems(annotated, plain.endpoints),
    ],
  };
}

const NOTHING_FOLLOWED: FollowedNames = { before: new Set(), now: new Map() };
const NO_TARGET: Target = { targets: [], problems: [] };

function inOrderOf(hosts: readonly string[], endpoints: readonly { readonly dnsName?: unknown }[]) {
  const byName = Map.groupBy(endpoints, ({ dnsName }) => dnsName);
  return hosts.flatMap((host) => byName.get(host) ?? []);
}

/** Where no target is known, what is published stays. */
function plainEndpoints(
  hosts: readonly string[],
  { targets }: FoundTarget,
  published: Spec | undefined,
): CheckedEndpoints {
  if (targets === null) return { endpoints: hosts.map((dnsName) => ({ dnsName })), problems: [] };
  const known = targets.length > 0 ? targets : publishedTargets(published);
  return withoutLoops(endpoints(hosts, targetsOf(known)));
}

/** The annotation that a provider property comes from. */
function fieldOf(property: string, annotations: Annotations): string {
  const name = property.replace("/", "-");
  const key = Object.keys(annotations).find(
    (candidate) => candidate === property || candidate.endsWith(`/${name}`),
  );
  return `metadata.annotations[${key ?? property}]`;
}

/** Null in the place of targets where external-dns fills them in. */
type FoundTarget = Omit<Target, "targets"> & { readonly targets: Target["targets"] | null };

/**
 * Our own annotation goes before external-dns', that before the configuration. What is wrong with an annotation is
 * reported where the route is checked.
 */
function findTarget(
  settings: ExternalDNSSettings,
  service: ObjectReference | null,
  annotations: Annotations,
  annotated: DnsAnnotations,
  dependencies: ObservedState["dependencies"],
  published: Spec | undefined,
): FoundTarget {
  if (leavesTargets(settings, annotations, annotated)) return { targets: null, problems: [] };
  const override = annotations[TARGET_ANNOTATION];
  if (override !== undefined) {
    return { targets: targetOfAnnotation(override, TARGET_ANNOTATION).targets, problems: [] };
  }
  if (annotated.targets !== null) return { targets: annotated.targets, problems: [] };
  if (annotated.invalid.includes("targets")) return NO_TARGET;
  if (service === null) return { targets: settings.targetIPs, problems: [] };
  return targetOfService({
    reference: service,
    service: dependencies.get(dependencyKey(service)) ?? null,
    published: publishedTargets(published),
    pending: settings.pendingLoadBalancer,
    prefers: settings.targetPreference ?? "addresses",
  });
}
