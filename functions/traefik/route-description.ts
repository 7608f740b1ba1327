/**
 * What one route of Traefik says: the "extracted information" that every integration gets.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import type { RuleError } from "./rule/rule-error.ts";
import type { RuleSyntax } from "./rule/syntax.ts";

export const ROUTE_KINDS = ["IngressRoute", "IngressRouteTCP", "IngressRouteUDP"] as const;
export type RouteKind = (typeof ROUTE_KINDS)[number];
/** The current API group, and Traefik v2's, which is gone in v3. */
export const ROUTE_GROUPS = ["traefik.io", "traefik.containo.us"] as const;
export type RouteGroup = (typeof ROUTE_GROUPS)[number];

/** Names a route. Equal references mean the same object, whatever its uid. */
export interface RouteReference {
  readonly kind: RouteKind;
  readonly group: RouteGroup;
  readonly namespace: string;
  readonly name: string;
}

/** Key of a route in maps. */
export function routeKey(route: RouteReference): string {
  return `${route.group}/${routeName(route)}`;
}

/** Without the group: a route of the old group and the one that shadows it have the same. */
export function routeName({ kind, namespace, name }: Omit<RouteReference, "group">): string {
  return `${kind} ${namespace}/${name}`;
}

export interface ServiceDescription {
  readonly name: string;
  readonly namespace: string;
  /** Port number or name as written; null where the kind has none. */
  readonly port: number | string | null;
  readonly kind: string;
  readonly weight: number | null;
}

/** One entry of `spec.routes`. */
export interface RuleDescription {
  /** Empty where there is none, as in every IngressRouteUDP. */
  readonly match: string;
  readonly syntax: RuleSyntax;
  /** What Traefik's own extraction takes from the rule, in its order; empty when that fails. */
  readonly domains: readonly string[];
  /** Arguments of Path and PathPrefix (HTTP), in rule order. */
  readonly paths: readonly string[];
  readonly services: readonly ServiceDescription[];
  readonly error: RuleError | null;
}

/** `spec.tls`, reduced to what decides about certificates. */
export interface TlsDescription {
  readonly secretName: string | null;
  readonly passthrough: boolean;
  readonly certResolver: string | null;
  /** Names the user wants on the certificate (`tls.domains`), usable ones, lower-case, sorted, unique. */
  readonly domains: readonly string[];
}

/** Everything an integration may know about a route. Lists are sorted and unique unless said otherwise. */
export interface RouteDescription {
  readonly route: RouteReference;
  readonly uid: string;
  /** RFC 3339; decides which of several routes is the older one. */
  readonly createdAt: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Class that the route names by `spec.ingressClassName` (even "") or else by annotation; null where neither. */
  readonly ingressClass: string | null;
  readonly rules: readonly RuleDescription[];
  /** Usable DNS names of the rules that load: lower-case A-labels, wildcards only as a whole first label. */
  readonly hosts: readonly string[];
  /** Names that only one integration is asked for, by its annotations; by the integration's name. */
  readonly extraNames: Readonly<Record<string, readonly string[]>>;
  /** Null where the route has no `spec.tls`. */
  readonly tls: TlsDescription | null;
  /** A rule has an error, so `hosts` may lack names: nothing may be removed because of that. */
  readonly incomplete: boolean;
  /**
   * What children the route should have cannot be said: it is a child of other routes (`spec.parentRefs`) and names no
   * host itself, or its `spec` or `spec.tls` cannot be read. Whatever exists stays as it is.
   */
  readonly undecidable: boolean;
  readonly problems: readonly Problem[];
  /** What is worth knowing though nothing is wrong. The CLI shows it; there is no warning and no exit code for it. */
  readonly notes: readonly Problem[];
}
