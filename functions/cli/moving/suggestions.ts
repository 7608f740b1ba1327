/**
 * The values to set for a move, each with the reason that a reader can check. Pure.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isLabelled, isSwitchboards } from "../../reconcile/plan/ownership.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { count, shortList } from "../terminal/words.ts";
import type { Findings, FoundSecret } from "./findings.ts";
import type { Inventory } from "./inventory.ts";
import { issuerSuggestions } from "./issuers.ts";
import { type Suggestion, when } from "./suggestion.ts";
import { targetSuggestions } from "./targets.ts";

const CERT_MANAGER = ["integrations", "certManager"];
const EXTERNAL_DNS = ["integrations", "externalDNS"];

export function suggestionsOf(inventory: Inventory, findings: Findings): readonly Suggestion[] {
  const running = findings.tools.filter(({ isRunning }) => isRunning);
  const names = [...new Set(running.map(({ name }) => name))].join(" and ");
  const legacy = findings.legacy.length;
  const { sharedHosts, localHosts } = findings;
  return [
    ...when(
      running.length > 0,
      ["mode"],
      "observe",
      `${names} still runs: nothing is written until it is stopped, then remove this line`,
    ),
    ...when(
      legacy > 0,
      ["selector", "legacyGroup"],
      true,
      `${count(legacy, "route")} of traefik.containo.us`,
    ),
    ...syntaxSuggestion(inventory),
    ...when(
      sharedHosts.length > 0,
      ["hostClaims"],
      "off",
      `${shortList(sharedHosts.map(({ host, namespaces }) => `${host} (${namespaces.join(", ")})`))} in several namespaces`,
    ),
    ...issuerSuggestions(inventory, findings).map(({ path, ...rest }) => ({
      ...rest,
      path: [...CERT_MANAGER, ...path],
    })),
    ...adoptSuggestions(inventory, findings),
    ...secretSuggestions(findings),
    ...targetSuggestions(inventory, endpointsOf(inventory)).map(({ path, ...rest }) => ({
      ...rest,
      path: [...EXTERNAL_DNS, ...path],
    })),
    ...hostSourceSuggestion(inventory),
    ...when(
      localHosts.length > 0,
      [...EXTERNAL_DNS, "excludeDomains"],
      localDomains(localHosts),
      `${shortList(localHosts)}: local names want no record`,
    ),
    ...optInSuggestion(findings),
    ...filterSuggestions(findings),
  ];
}

/** Rules load as Traefik 2 reads them, and not as Traefik 3 does. */
function syntaxSuggestion({ routes, routesAsV2 }: Inventory): readonly Suggestion[] {
  const broken = (list: readonly RouteDescription[]) => list.filter(({ incomplete }) => incomplete).length;
  const mended = broken(routes) - broken(routesAsV2);
  const why = `the rules of ${count(mended, "route")} load as Traefik 2 reads them, not as Traefik 3 does`;
  return when(routesAsV2.length > 0 && mended > 0, ["traefik", "defaultRuleSyntax"], "v2", why);
}

function adoptSuggestions(inventory: Inventory, { certificates }: Findings): readonly Suggestion[] {
  const byHand = certificates.filter(({ origin, isWider }) => origin === "hand" && !isWider).length;
  const endpoints = endpointsOf(inventory).filter(({ object }) => !isSwitchboards(object)).length;
  return [
    ...when(
      byHand > 0,
      [...CERT_MANAGER, "adopt"],
      "matching",
      `${count(byHand, "Certificate")} for Secrets of routes, made by hand or by a script`,
    ),
    ...when(
      endpoints > 0,
      [...EXTERNAL_DNS, "adopt"],
      "matching",
      `${count(endpoints, "DNSEndpoint")} with the names of routes`,
    ),
  ];
}

/** By name where that hits no other Secret, for it needs no rights; else by what the Secrets are. */
function secretSuggestions({ certificates, secrets, groups }: Findings): readonly Suggestion[] {
  const wide = certificates.filter(({ origin, isWider }) => origin === "hand" && isWider);
  const kept = [...wide, ...secrets];
  const isKept = new Set(kept.map(({ namespace, secretName }) => `${namespace}/${secretName}`));
  const isFree = (name: string) =>
    groups.every(
      ({ namespace, secretName }) => secretName !== name || isKept.has(`${namespace}/${secretName}`),
    );
  const names = [...new Set(kept.map(({ secretName }) => secretName))].sort();
  const [listed, others] = [names.filter(isFree), names.filter((name) => !isFree(name))];
  return [
    ...when(
      listed.length > 0,
      [...CERT_MANAGER, "ignoreSecrets"],
      listed,
      `each of another maker: ${shortList(listed.map((name) => whyKept(name, wide, secrets)))}`,
    ),
    ...when(
      others.some((name) => secrets.some((secret: FoundSecret) => secret.secretName === name)),
      [...CERT_MANAGER, "existingSecrets"],
      "keep",
      `${others.join(", ")}: a Secret of its own in some namespaces, not in others`,
    ),
  ];
}

function whyKept(name: string, wide: Findings["certificates"], secrets: readonly FoundSecret[]): string {
  const secret = secrets.find(({ secretName }) => secretName === name);
  if (secret !== undefined) return `${name} (${secret.why})`;
  const found = wide.find(({ secretName }) => secretName === name);
  if (found === undefined) return name;
  const { namespace, name: certificate } = found.certificate.metadata;
  return `${name} (Certificate ${namespace}/${certificate} has more names than its routes)`;
}

interface RouteEndpoint {
  readonly description: RouteDescription;
  readonly object: KubernetesObject;
}

/** DNSEndpoints of others that have the place of a route's. */
function endpointsOf({ routes, children, sharing }: Inventory): readonly RouteEndpoint[] {
  const dns = [...children.keys()].find((integration) => integration !== sharing);
  if (dns === undefined) return [];
  const byKey = new Map(
    routes.map((description) => [
      `${description.route.namespace}/${dns.childName(description.route)}`,
      description,
    ]),
  );
  return (children.get(dns) ?? []).flatMap((object) => {
    const description = byKey.get(`${object.metadata.namespace}/${object.metadata.name}`);
    return description === undefined || isLabelled(object) ? [] : [{ description, object }];
  });
}

function hostSourceSuggestion(inventory: Inventory): readonly Suggestion[] {
  const dns = [...inventory.children.keys()].find((integration) => integration !== inventory.sharing);
  if (dns === undefined) return [];
  const named = endpointsOf(inventory).flatMap(({ description, object }) => {
    const domains = description.tls?.domains ?? [];
    const names = dns.names(object.spec);
    return names.some((name) => domains.includes(name) && !description.hosts.includes(name))
      ? [{ isDomainsAlone: names.every((name) => domains.includes(name)) }]
      : [];
  });
  const value = named.every(({ isDomainsAlone }) => isDomainsAlone) ? "domains" : "rulesAndDomains";
  const why = `the DNSEndpoints of ${count(named.length, "route")} have names that only tls.domains gives`;
  return when(named.length > 0, [...EXTERNAL_DNS, "hostSource"], value, why);
}

/** What external-dns' source for Traefik publishes are routes with a target annotation, and no others. */
function optInSuggestion({ externalDNS, routes }: Findings): readonly Suggestion[] {
  const annotated = routes.filter(asksByTarget).length;
  const why = `external-dns' source traefik-proxy publishes ${count(annotated, "route")} with a target annotation, and no others`;
  return when(
    externalDNS.sources.includes("traefik-proxy") && annotated < routes.length,
    [...EXTERNAL_DNS, "optIn"],
    true,
    why,
  );
}

export function asksByTarget({ annotations }: RouteDescription): boolean {
  return Object.keys(annotations).some((key) =>
    /^external-dns\.(?:alpha\.)?kubernetes\.io\/target$/.test(key),
  );
}

function filterSuggestions({ externalDNS, routes }: Findings): readonly Suggestion[] {
  const { annotationFilter, labelFilter } = externalDNS;
  const suggestions: Suggestion[] = [];
  if (annotationFilter !== null) {
    const { key, value } = annotationFilter;
    const why = `external-dns looks only at objects with the annotation ${key}`;
    const isCarried = routes.some(
      ({ annotations, ingressClass }) =>
        key in annotations || (key === "kubernetes.io/ingress.class" && ingressClass !== null),
    );
    const template = [...EXTERNAL_DNS, "endpointTemplate", "metadata", "annotations", key];
    if (isCarried) suggestions.push({ path: [...EXTERNAL_DNS, "copyAnnotations"], value: [key], why });
    else suggestions.push({ path: template, value: value ?? "true", why });
  }
  if (labelFilter !== null) {
    const { key, value } = labelFilter;
    const path = [...EXTERNAL_DNS, "endpointTemplate", "metadata", "labels", key];
    suggestions.push({
      path,
      value: value ?? "true",
      why: `external-dns looks only at objects with the label ${key}`,
    });
  }
  return suggestions;
}

/** The last labels, which no other name is below; a name of one label stands for itself. */
function localDomains(hosts: readonly string[]): readonly string[] {
  return [...new Set(hosts.map((host) => host.slice(host.lastIndexOf(".") + 1)))].sort();
}
