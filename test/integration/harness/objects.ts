/**
 * The objects that the suites write and look at.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Admin, Manifest, Target } from "../../control-plane/admin.ts";

export const ROUTES = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute" } as const;
export const TCP_ROUTES = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteTCP" } as const;
export const UDP_ROUTES = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRouteUDP" } as const;
export const CERTIFICATES = { apiVersion: "cert-manager.io/v1", kind: "Certificate" } as const;
export const ENDPOINTS = { apiVersion: "externaldns.k8s.io/v1alpha1", kind: "DNSEndpoint" } as const;
export const SERVICES = { apiVersion: "v1", kind: "Service" } as const;
const EVENTS = { apiVersion: "events.k8s.io/v1", kind: "Event" } as const;

export interface RouteOptions {
  readonly namespace: string;
  readonly name: string;
  readonly host?: string;
  /** The rule, instead of one for `host`. */
  readonly match?: string;
  /** Null: no `tls`. */
  readonly secretName?: string | null;
  readonly ingressClass?: string | null;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An IngressRoute with one rule. */
export function ingressRoute(options: RouteOptions): Manifest {
  const { namespace, name, host = `${name}.example.com`, secretName = `${name}-secret` } = options;
  const match = options.match ?? `Host(\`${host}\`)`;
  return {
    ...ROUTES,
    metadata: { namespace, name, annotations: annotationsOf(options) },
    spec: {
      routes: [{ kind: "Rule", match, services: [{ name: "backend", port: 80 }] }],
      ...(secretName === null ? {} : { tls: { secretName } }),
    },
  };
}

/** An IngressRouteTCP with one rule. */
export function ingressRouteTcp(options: RouteOptions): Manifest {
  const { namespace, name, host = `${name}.example.com`, secretName = `${name}-secret` } = options;
  return {
    ...TCP_ROUTES,
    metadata: { namespace, name, annotations: annotationsOf(options) },
    spec: {
      routes: [{ match: options.match ?? `HostSNI(\`${host}\`)`, services: [{ name: "backend", port: 80 }] }],
      ...(secretName === null ? {} : { tls: { secretName } }),
    },
  };
}

/** An IngressRouteUDP, which has neither rules nor TLS. */
export function ingressRouteUdp(options: Omit<RouteOptions, "host" | "match" | "secretName">): Manifest {
  const { namespace, name } = options;
  return {
    ...UDP_ROUTES,
    metadata: { namespace, name, annotations: annotationsOf(options) },
    spec: { routes: [{ services: [{ name: "backend", port: 53 }] }] },
  };
}

function annotationsOf({ annotations = {}, ingressClass = null }: RouteOptions): Record<string, string> {
  return {
    ...(ingressClass === null ? {} : { "kubernetes.io/ingress.class": ingressClass }),
    ...annotations,
  };
}

export interface EventObject extends KubernetesObject {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: Readonly<Record<string, string>>;
}

/** Kubernetes Events that regard an object of that name. */
export async function eventsOn(admin: Admin, namespace: string, name: string): Promise<EventObject[]> {
  const events = (await admin.list({ ...EVENTS, namespace })) as EventObject[];
  return events.filter(({ regarding }) => regarding.name === name);
}

/** Reasons of the Warning Events on an object, sorted. */
export async function warningsOn(admin: Admin, namespace: string, name: string): Promise<string[]> {
  const events = await eventsOn(admin, namespace, name);
  return events
    .filter(({ type }) => type === "Warning")
    .map(({ reason }) => reason)
    .sort();
}

/** The object; throws where there is none. */
export async function mustGet(admin: Admin, target: Target & { name: string }): Promise<KubernetesObject> {
  const object = await admin.get(target);
  if (object === null) throw new Error(`there is no ${target.kind} ${target.namespace}/${target.name}`);
  return object;
}

/** Sorted names of all objects of a kind in a namespace. */
export async function namesOf(admin: Admin, target: Target): Promise<string[]> {
  return (await admin.list(target)).map(({ metadata }) => metadata.name).sort();
}

/** `spec.dnsNames` of a Certificate, or null where there is none. */
export async function dnsNames(admin: Admin, namespace: string, name: string): Promise<unknown> {
  const object = await admin.get({ ...CERTIFICATES, namespace, name });
  return (object?.spec as { dnsNames?: unknown } | undefined)?.dnsNames ?? null;
}

/** `type target` of each record of a DNSEndpoint, or null where there is none. */
export async function records(admin: Admin, namespace: string, name: string): Promise<string[] | null> {
  const object = await admin.get({ ...ENDPOINTS, namespace, name });
  if (object === null) return null;
  const { endpoints } = object.spec as {
    endpoints: { dnsName: string; recordType: string; targets: string[] }[];
  };
  return endpoints.map(({ dnsName, recordType, targets }) => `${dnsName} ${recordType} ${targets.join(",")}`);
}
