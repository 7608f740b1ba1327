/**
 * Where DNS is to point: from Traefik's Service, from an annotation, from static addresses.
 *
 * @module
 */
import { isIP } from "node:net";
import type { KubernetesObject, ObjectReference } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { shown } from "../../schema/shown.ts";
import { isRecord } from "../../schema/unknown.ts";
import { usableHosts } from "../../traefik/hosts.ts";
import { canonicalAddress } from "../address.ts";
import { commaSeparated, invalidAnnotation } from "../annotation.ts";
import { prefixedAnnotations } from "./prefixes.ts";

export type RecordType = "A" | "AAAA" | "CNAME";

/** Addresses, or one hostname; empty where none is known, and then `problems` says why. */
export interface Target {
  readonly targets: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ServiceTarget {
  readonly reference: ObjectReference;
  /** Null where the Service does not exist. */
  readonly service: KubernetesObject | null;
  /** What the child publishes now. */
  readonly published: readonly string[];
  /** What to do while a load balancer has no address yet: publish the private one, or nothing. */
  readonly pending: "private" | "wait";
  /** What goes first where the Service has both; addresses unless given. */
  readonly prefers?: "addresses" | "hostname";
}

/**
 * The target of a Service: load-balancer IPs, else its hostnames, then `externalIPs`, an ExternalName, at last
 * the cluster IPs. Where a hostname is preferred, that of its annotation for external-dns comes first, then that of the
 * load balancer. While a load balancer is pending, public targets that are published stay.
 */
export function targetOfService({
  reference,
  service,
  published,
  pending,
  prefers = "addresses",
}: ServiceTarget): Target {
  const name = `${reference.namespace}/${reference.name}`;
  if (service === null) return { targets: published, problems: [targetMissing(name)] };
  const spec = isRecord(service.spec) ? service.spec : {};
  const named = prefers === "hostname" ? annotatedHostnames(service) : [];
  const known = named.length > 0 ? named : publicTargets(spec, service.status, prefers);
  if (known.length > 0) return { targets: known, problems: [] };

  const clusterIPs = addresses(Array.isArray(spec.clusterIPs) ? spec.clusterIPs : [spec.clusterIP]);
  if (spec.type === "LoadBalancer") {
    const publicPublished = published.filter((target) => !clusterIPs.includes(target));
    if (publicPublished.length > 0) return { targets: publicPublished, problems: [] };
    if (pending === "wait") return { targets: [], problems: [targetPending(name)] };
  }
  return clusterIPs.length > 0
    ? { targets: clusterIPs, problems: [] }
    : { targets: published, problems: [noAddress(name)] };
}

/** The target that an annotation's value names; problems instead where it is neither addresses nor one hostname. */
export function targetOfAnnotation(value: string, annotation: string): Target {
  const parts = value
    .split(",")
    .map((part) => part.trim().replace(/\.$/, "").toLowerCase())
    .filter((part) => part !== "");
  const ok =
    parts.length > 0 &&
    (parts.every((part) => isIP(part) !== 0) || (parts.length === 1 && parts.every(isHostname)));
  if (ok) return { targets: sorted(parts.map(canonicalAddress)), problems: [] };
  const message = `${shown(value)} is no target: write IP addresses separated by commas, or one hostname.`;
  return { targets: [], problems: [invalidAnnotation(annotation, message, value)] };
}

/**
 * Targets by record type. Addresses win over a hostname: DNS allows no CNAME beside other records of its name
 * (RFC 1034, 3.6.2).
 */
export function targetsOf(targets: readonly string[]): ReadonlyMap<RecordType, readonly string[]> {
  const byType = new Map<RecordType, readonly string[]>();
  const v4 = targets.filter((target) => isIP(target) === 4);
  const v6 = targets.filter((target) => isIP(target) === 6);
  if (v4.length > 0) byType.set("A", sorted(v4));
  if (v6.length > 0) byType.set("AAAA", sorted(v6));
  // A CNAME has exactly one target; the first in order, so that it does not flap.
  if (byType.size === 0 && targets.length > 0) byType.set("CNAME", sorted(targets).slice(0, 1));
  return byType;
}

/** The name that external-dns gives the Service itself: a CNAME to it follows wherever the Service goes. */
function annotatedHostnames({ metadata: { annotations = {} } }: KubernetesObject): readonly string[] {
  return hostnamesOf(commaSeparated(prefixedAnnotations(annotations).byName.get("hostname")?.value ?? ""));
}

function publicTargets(
  spec: Record<string, unknown>,
  status: unknown,
  prefers: "addresses" | "hostname",
): readonly string[] {
  const ingress = loadBalancerIngress(status);
  const ips = addresses(ingress.map(({ ip }) => ip));
  const hostnames = hostnamesOf(ingress.map(({ hostname }) => hostname));
  const [first, second] = prefers === "hostname" ? [hostnames, ips] : [ips, hostnames];
  if (first.length > 0) return first;
  if (second.length > 0) return second;
  const externalIPs = addresses(Array.isArray(spec.externalIPs) ? spec.externalIPs : []);
  if (externalIPs.length > 0) return externalIPs;
  return spec.type === "ExternalName" ? hostnamesOf([spec.externalName]) : [];
}

function loadBalancerIngress(status: unknown): Record<string, unknown>[] {
  const loadBalancer = isRecord(status) ? status.loadBalancer : null;
  if (!isRecord(loadBalancer) || !Array.isArray(loadBalancer.ingress)) return [];
  return loadBalancer.ingress.filter(isRecord);
}

/** IP addresses among the values; a headless Service says "None" there. */
function addresses(values: readonly unknown[]): readonly string[] {
  const found = values.filter((value): value is string => typeof value === "string" && isIP(value) !== 0);
  return sorted(found.map(canonicalAddress));
}

function hostnamesOf(values: readonly unknown[]): readonly string[] {
  return sorted(
    values
      .filter((value): value is string => typeof value === "string")
      .map((value) => value.replace(/\.$/, "").toLowerCase())
      .filter(isHostname),
  );
}

/** A name that a CNAME can point at: the same rules as for a host, and no wildcard. */
function isHostname(name: string): boolean {
  return !name.startsWith("*") && usableHosts([{ name, field: "" }]).hosts.length === 1;
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

function targetMissing(name: string): Problem {
  return {
    reason: "TargetMissing",
    message:
      `the target Service ${name} does not exist, so DNS keeps what it had. ` +
      "Create it, or set integrations.externalDNS.targetService or targetIPs.",
    field: null,
  };
}

function targetPending(name: string): Problem {
  return {
    reason: "TargetPending",
    message: `the load balancer of Service ${name} has no address yet; records follow once it has (pendingLoadBalancer: wait).`,
    field: null,
  };
}

function noAddress(name: string): Problem {
  return {
    reason: "TargetMissing",
    message:
      `the target Service ${name} has no address (headless?), so DNS keeps what it had. ` +
      "Name a Service with an address, or set integrations.externalDNS.targetIPs.",
    field: null,
  };
}
