/**
 * What annotations add to the endpoints of a DNSEndpoint: the time to live, the set identifier, provider properties.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { isRecord } from "../../schema/unknown.ts";
import { invalidAnnotation } from "../annotation.ts";
import type { Alias, DnsAnnotations } from "./annotations.ts";
import { type Endpoint, endpointsOf } from "./endpoints.ts";
import type { ProviderProperty } from "./provider-properties.ts";
import { policyErrors } from "./routing-policy.ts";

/** An endpoint of the DNSEndpoint CRD (externaldns.k8s.io/v1alpha1). */
export interface OptionedEndpoint extends Endpoint {
  /** Seconds. */
  readonly recordTTL: number;
  readonly setIdentifier?: string;
  /** Sorted by name; left out where there is none. */
  readonly providerSpecific?: readonly ProviderProperty[];
}

export interface EndpointOptions {
  /** Seconds. */
  readonly recordTTL: number;
  readonly setIdentifier: string | null;
  readonly alias: Alias | null;
  readonly recordType: DnsAnnotations["recordType"];
  readonly providerSpecific: readonly ProviderProperty[];
}

const ALIAS = "alias";
const RECORD_TYPE = "record-type";

/**
 * The options for a route's endpoints. Where an annotation is invalid, what is published stays: `published` is the
 * spec of our DNSEndpoint, anything else where there is none.
 */
export function endpointOptions(
  annotations: DnsAnnotations,
  defaultTTL: number,
  published: unknown,
): EndpointOptions {
  if (annotations.invalid.length === 0) {
    const { ttl, setIdentifier, alias, recordType, providerSpecific } = annotations;
    return {
      recordTTL: ttl ?? defaultTTL,
      setIdentifier,
      alias: alias?.value ?? null,
      recordType,
      providerSpecific,
    };
  }
  const live = optionsOf(published);
  const isInvalid = (field: string): boolean => annotations.invalid.includes(field);
  const setIdentifier = isInvalid("setIdentifier") ? live.setIdentifier : annotations.setIdentifier;
  const kept = [...live.properties].flatMap(([name, value]) =>
    isProviders(name) && isInvalid(name) ? [{ name, value }] : [],
  );
  const properties = [...annotations.providerSpecific, ...kept].sort(byName);
  const errors = policyErrors(properties, setIdentifier);
  return {
    recordTTL: (isInvalid("ttl") ? live.recordTTL : annotations.ttl) ?? defaultTTL,
    setIdentifier,
    alias: isInvalid(ALIAS) ? aliasOf(live.properties) : (annotations.alias?.value ?? null),
    recordType: isInvalid("recordType") ? recordTypeOf(live.properties) : annotations.recordType,
    providerSpecific: properties.filter(({ name }) => !errors.has(name)),
  };
}

/**
 * The endpoints with the options that apply to each: an alias is possible only for a CNAME (external-dns would hand
 * addresses to the provider as names), PTR records only beside addresses of one name. Where external-dns fills in the
 * targets, the route's author knows what they are.
 */
export function withOptions(
  endpoints: readonly Endpoint[],
  options: EndpointOptions,
): readonly OptionedEndpoint[] {
  return endpoints.map((endpoint) => {
    const providerSpecific = [...options.providerSpecific];
    const mayBeName = endpoint.recordType === undefined || endpoint.recordType === "CNAME";
    if (mayBeName && options.alias !== null) providerSpecific.push({ name: ALIAS, value: options.alias });
    if (
      endpoint.recordType !== "CNAME" &&
      options.recordType !== null &&
      !endpoint.dnsName.startsWith("*.")
    ) {
      providerSpecific.push({ name: RECORD_TYPE, value: options.recordType === "ptr" ? "ptr" : "" });
    }
    const { dnsName, ...target } = endpoint;
    return {
      dnsName,
      recordTTL: options.recordTTL,
      ...target,
      ...(options.setIdentifier === null ? {} : { setIdentifier: options.setIdentifier }),
      ...(providerSpecific.length === 0 ? {} : { providerSpecific: providerSpecific.sort(byName) }),
    };
  });
}

/** Reported where an alias is asked for and the target is no name that it could stand for. */
export function aliasProblems(
  { alias }: Pick<DnsAnnotations, "alias">,
  endpoints: readonly Endpoint[],
): readonly Problem[] {
  if (alias === null || endpoints.length === 0) return [];
  if (endpoints.some(({ recordType }) => recordType === undefined || recordType === "CNAME")) return [];
  const message =
    "it has no effect, for the target is an IP address and only a hostname can have an alias: remove it, or name a hostname as target.";
  return [invalidAnnotation(alias.key, message)];
}

interface LiveOptions {
  readonly recordTTL: number | null;
  readonly setIdentifier: string | null;
  /** Provider properties of all endpoints by name; the first of a name counts. */
  readonly properties: ReadonlyMap<string, string>;
}

function optionsOf(published: unknown): LiveOptions {
  const endpoints = endpointsOf(published);
  const properties = new Map<string, string>();
  for (const { providerSpecific } of endpoints) {
    for (const property of Array.isArray(providerSpecific) ? providerSpecific.filter(isRecord) : []) {
      const { name, value = "" } = property;
      if (typeof name !== "string" || typeof value !== "string" || properties.has(name)) continue;
      properties.set(name, value);
    }
  }
  const ttls = endpoints.map(({ recordTTL }) => recordTTL).filter((ttl) => typeof ttl === "number");
  const ids = endpoints.map(({ setIdentifier }) => setIdentifier).filter((id) => typeof id === "string");
  return { recordTTL: ttls[0] ?? null, setIdentifier: ids[0] ?? null, properties };
}

/** Unlike an alias or a PTR record, which depend on the endpoint too. */
function isProviders(propertyName: string): boolean {
  return propertyName.includes("/");
}

function aliasOf(properties: ReadonlyMap<string, string>): Alias | null {
  const value = properties.get(ALIAS);
  return value === "true" || value === "A" || value === "AAAA" ? value : null;
}

function recordTypeOf(properties: ReadonlyMap<string, string>): EndpointOptions["recordType"] {
  const value = properties.get(RECORD_TYPE);
  if (value === undefined) return null;
  return value === "" ? "none" : "ptr";
}

function byName(a: ProviderProperty, b: ProviderProperty): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
