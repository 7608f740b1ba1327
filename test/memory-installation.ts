/**
 * The function of an installation over a cluster in memory: a dispatcher as `function.ts` wires it, what it logs and
 * what it reports on routes.
 *
 * @module
 */

import { parseConfiguration } from "../functions/config/parse.ts";
import type { IntegrationDefinition } from "../functions/integrations/definition.ts";
import { INTEGRATIONS } from "../functions/integrations/index.ts";
import type { KubernetesClient } from "../functions/kubernetes/client.ts";
import type { KubernetesObject, ResourceDefinition } from "../functions/kubernetes/objects.ts";
import { createLogger } from "../functions/log.ts";
import type { Outcome } from "../functions/outcome.ts";
import type { Problem } from "../functions/problem.ts";
import type { Change } from "../functions/reconcile/apply/report.ts";
import type { ReconcileContext } from "../functions/reconcile/route/context.ts";
import type { RouteReference } from "../functions/traefik/route-description.ts";
import type { WatchedKinds, Work } from "../functions/work.ts";
import { createMemoryDispatcher } from "./memory-dispatcher.ts";

export const ROUTES: ResourceDefinition = {
  group: "traefik.io",
  version: "v1alpha1",
  plural: "ingressroutes",
  kind: "IngressRoute",
};
export const LEGACY_ROUTES: ResourceDefinition = { ...ROUTES, group: "traefik.containo.us" };
export const CERTIFICATES: ResourceDefinition = {
  group: "cert-manager.io",
  version: "v1",
  plural: "certificates",
  kind: "Certificate",
};
export const ENDPOINTS: ResourceDefinition = {
  group: "externaldns.k8s.io",
  version: "v1alpha1",
  plural: "dnsendpoints",
  kind: "DNSEndpoint",
};

/** What was reported on a route. */
export interface Reported {
  readonly route: RouteReference;
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

export interface Installation {
  handle(work: Work): Promise<Outcome>;
  /** What events may be about. */
  readonly kinds: WatchedKinds;
  readonly reported: Reported[];
  /** Lines of the log, parsed. */
  readonly logs: readonly Readonly<Record<string, unknown>>[];
  /** Moved by tests. */
  readonly clock: { now: number };
}

/** A new process of an installation with this configuration file. */
export function startInstallation(
  client: KubernetesClient,
  file: Readonly<Record<string, unknown>> = {},
  context: Partial<ReconcileContext> = {},
  definitions: readonly IntegrationDefinition[] = INTEGRATIONS,
): Installation {
  const externalDNS = { targetIPs: ["192.0.2.7"] };
  const { configuration } = parseConfiguration(
    { integrations: { certManager: {}, externalDNS }, ...file },
    definitions,
  );
  const reported: Reported[] = [];
  const logs: Readonly<Record<string, unknown>>[] = [];
  const clock = { now: Date.parse("2026-08-01T00:00:00Z") };
  const dispatcher = createMemoryDispatcher(client, configuration, {
    events: {
      record: async ({ route }, changes, problems) => void reported.push({ route, changes, problems }),
    },
    log: createLogger("info", { write: (line) => void logs.push(JSON.parse(line)) }),
    now: () => clock.now,
    ...context,
  });
  return { kinds: dispatcher.kinds, handle: (work) => dispatcher.handle(work), reported, logs, clock };
}

export interface RouteOptions {
  readonly namespace?: string;
  readonly host?: string;
  /** Null: no TLS. */
  readonly secretName?: string | null;
  readonly ingressClass?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A route of one rule; its host and its Secret have its name unless said. */
export function routeObject(name: string, options: RouteOptions = {}): KubernetesObject {
  const { namespace = "shop", host = `${name}.example.com`, secretName = name, ingressClass } = options;
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace, name, annotations: { ...options.annotations } },
    spec: {
      ...(ingressClass === undefined ? {} : { ingressClassName: ingressClass }),
      routes: [{ kind: "Rule", match: `Host(\`${host}\`)` }],
      ...(secretName === null ? {} : { tls: { secretName } }),
    },
  };
}

export function routeReference(name: string, namespace = "shop"): RouteReference {
  return { kind: "IngressRoute", group: "traefik.io", namespace, name };
}

export function updateOf(name: string, namespace = "shop"): Work {
  return { kind: "route", hint: "update", route: routeReference(name, namespace) };
}

export function resyncOf(scope: Partial<Extract<Work, { kind: "resync" }>["scope"]> = {}): Work {
  return { kind: "resync", scope: { namespace: null, name: null, confirmDeletions: false, ...scope } };
}
