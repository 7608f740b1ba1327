/**
 * What an inventory shows: which routes are served by whom, and what of it has to be known before a move. Pure.
 *
 * @module
 */
import { isPublic } from "../../integrations/cert-manager/public-names.ts";
import { dependencyKey } from "../../integrations/integration.ts";
import { covers } from "../../integrations/names.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { SharingIntegration } from "../../reconcile/plan/namespace-index.ts";
import { controllerOf, isLabelled, isSwitchboards } from "../../reconcile/plan/ownership.ts";
import { isRecord } from "../../schema/unknown.ts";
import { LEGACY_GROUP } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { type ExternalDNS, externalDNSOf, type FormerTool, formerTools } from "./former-tools.ts";
import type { Inventory } from "./inventory.ts";

/** Routes of one namespace that name one Secret. */
export interface SecretGroup {
  readonly namespace: string;
  readonly secretName: string;
  readonly routes: readonly RouteDescription[];
  /** All names that they want on it. */
  readonly names: readonly string[];
}

export type CertificateOrigin = "ours" | "Switchboard" | "Ingress" | "hand";

export interface FoundCertificate extends SecretGroup {
  readonly certificate: KubernetesObject;
  readonly origin: CertificateOrigin;
  /** It has all names and more: a wildcard for many routes, mostly. */
  readonly isWider: boolean;
}

export interface FoundSecret extends SecretGroup {
  /** Who looks after it, or what it was seen by. */
  readonly why: string;
}

export interface Findings {
  readonly routes: readonly RouteDescription[];
  readonly groups: readonly SecretGroup[];
  /** Certificates for Secrets of routes. */
  readonly certificates: readonly FoundCertificate[];
  /** Secrets that are copies, or somebody's own, and for which no Certificate is there. */
  readonly secrets: readonly FoundSecret[];
  /** Children of Switchboard, of whatever kind. */
  readonly switchboards: readonly KubernetesObject[];
  /** Children of this product. */
  readonly ours: readonly KubernetesObject[];
  readonly certResolver: readonly RouteDescription[];
  readonly legacy: readonly RouteDescription[];
  readonly sharedHosts: readonly { readonly host: string; readonly namespaces: readonly string[] }[];
  readonly localHosts: readonly string[];
  readonly tools: readonly FormerTool[];
  readonly externalDNS: ExternalDNS;
}

export function findingsOf(inventory: Inventory): Findings {
  const { routes, sharing, children } = inventory;
  const groups = sharing === null ? [] : groupsOf(sharing, routes);
  const certificates = sharing === null ? [] : certificatesOf(sharing, groups, inventory);
  const taken = new Set(certificates.map(keyOf));
  const all = [...children.values()].flat();
  return {
    routes,
    groups,
    certificates,
    secrets: groups
      .filter((group) => !taken.has(keyOf(group)))
      .flatMap((group) => secretOf(group, inventory)),
    switchboards: all.filter(isSwitchboards),
    ours: all.filter(isLabelled),
    certResolver: routes.filter(
      ({ tls }) => tls !== null && tls.certResolver !== null && tls.secretName === null && !tls.passthrough,
    ),
    legacy: routes.filter(({ route }) => route.group === LEGACY_GROUP),
    sharedHosts: sharedHostsOf(routes),
    localHosts: [...new Set(routes.flatMap(({ hosts }) => hosts))].filter((host) => !isPublic(host)).sort(),
    tools: formerTools(inventory.deployments),
    externalDNS: externalDNSOf(inventory.deployments),
  };
}

function groupsOf(
  { sharedResource }: SharingIntegration,
  routes: readonly RouteDescription[],
): readonly SecretGroup[] {
  const byKey = Map.groupBy(routes, (description) => {
    const name = sharedResource.requestedBy(description);
    return name === null ? null : dependencyKey({ namespace: description.route.namespace, name });
  });
  return [...byKey].flatMap(([key, members]) => {
    const [first, ...others] = members;
    if (key === null || first === undefined) return [];
    const [namespace = "", secretName = ""] = key.split("/");
    return [
      { namespace, secretName, routes: members, names: sharedResource.merge([first, ...others]).hosts },
    ];
  });
}

function certificatesOf(
  sharing: SharingIntegration,
  groups: readonly SecretGroup[],
  { children }: Inventory,
): readonly FoundCertificate[] {
  const byKey = new Map(groups.map((group) => [keyOf(group), group]));
  return (children.get(sharing) ?? []).flatMap((certificate) => {
    const secretName = sharing.sharedResource.of(certificate.spec) ?? "";
    const group = byKey.get(keyOf({ namespace: certificate.metadata.namespace ?? "", secretName }));
    if (group === undefined) return [];
    const has = sharing.names(certificate.spec).map((name) => name.toLowerCase());
    const isWider =
      group.names.every((name) => covers(has, name)) && has.some((name) => !group.names.includes(name));
    return [{ ...group, certificate, origin: originOf(certificate), isWider }];
  });
}

function originOf(certificate: KubernetesObject): CertificateOrigin {
  if (isLabelled(certificate)) return "ours";
  if (isSwitchboards(certificate)) return "Switchboard";
  return controllerOf(certificate)?.kind === "Ingress" ? "Ingress" : "hand";
}

/** What is there for a Secret besides a Certificate; nothing where it is free to be issued into. */
function secretOf(group: SecretGroup, inventory: Inventory): readonly FoundSecret[] {
  const { sharing, secrets } = inventory;
  const state = secrets.get(keyOf(group));
  const found = (why: string) => [{ ...group, why }];
  if (state !== undefined && sharing !== null) {
    const { object, maker } = state;
    const [first] = group.routes;
    const childName = first === undefined ? "" : sharing.childName(first.route);
    const reason = sharing.sharedResource.overwriteRisk.reasonFor(object, maker, childName);
    // The first half says what it is, the other what would come of it.
    if (reason !== null) return found(reason.replace(/^it exists and (?:is )?/, "").replace(/: .*$/, ""));
  }
  const source = sourceOf(group, inventory);
  return source === null ? [] : found(source);
}

/** Marks by which a Certificate asks for copies of its Secret. */
const COPIED = [
  /^reflector\.v1\.k8s\.emberstack\.com\/reflection-(?:auto-enabled|allowed)$/,
  /^replicator\.v1\.mittwald\.de\/replicate-to(?:-matching)?$/,
  /^kubed\.appscode\.com\/sync$/,
];

/** A Certificate of another namespace whose Secret, of that name, is copied or serves all these names. */
function sourceOf(
  { secretName, namespace, names }: SecretGroup,
  { sharing, children }: Inventory,
): string | null {
  if (sharing === null) return null;
  for (const { metadata, spec } of children.get(sharing) ?? []) {
    if (metadata.namespace === namespace || sharing.sharedResource.of(spec) !== secretName) continue;
    const has = sharing.names(spec).map((name) => name.toLowerCase());
    if (!names.every((name) => covers(has, name))) continue;
    const template = isRecord(spec) && isRecord(spec.secretTemplate) ? spec.secretTemplate : {};
    const marks = isRecord(template.annotations) ? Object.keys(template.annotations) : [];
    const isCopied = marks.some((mark) => COPIED.some((copied) => copied.test(mark)));
    return `${isCopied ? "a copy" : "likely a copy, for it has all names,"} of that of Certificate ${metadata.namespace}/${metadata.name}`;
  }
  return null;
}

function sharedHostsOf(routes: readonly RouteDescription[]): Findings["sharedHosts"] {
  const namespaces = new Map<string, Set<string>>();
  for (const { hosts, route } of routes) {
    for (const host of hosts) namespaces.set(host, (namespaces.get(host) ?? new Set()).add(route.namespace));
  }
  return [...namespaces]
    .filter(([, places]) => places.size > 1)
    .map(([host, places]) => ({ host, namespaces: [...places].sort() }));
}

function keyOf({ namespace, secretName }: Pick<SecretGroup, "namespace" | "secretName">): string {
  return `${namespace}/${secretName}`;
}
