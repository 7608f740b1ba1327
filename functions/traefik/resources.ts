/**
 * The kinds of Traefik that routes are of, and which of them an installation reads.
 *
 * @module
 */
import { groupOf, type KubernetesObject, type ResourceDefinition } from "../kubernetes/objects.ts";
import {
  ROUTE_GROUPS,
  ROUTE_KINDS,
  type RouteGroup,
  type RouteKind,
  type RouteReference,
} from "./route-description.ts";

export const ROUTE_GROUP: RouteGroup = "traefik.io";
/** Traefik v2's group, gone in v3. */
export const LEGACY_GROUP: RouteGroup = "traefik.containo.us";

const PLURALS: Readonly<Record<RouteKind, string>> = {
  IngressRoute: "ingressroutes",
  IngressRouteTCP: "ingressroutetcps",
  IngressRouteUDP: "ingressrouteudps",
};

/** Kinds that not everybody has. */
export interface RouteKinds {
  /** Also routes of Traefik v2's group. */
  readonly legacyGroup: boolean;
  /** Also IngressRouteUDPs. */
  readonly udp: boolean;
}

type KindOfRoute = Pick<RouteReference, "kind" | "group">;
type TypeMeta = Pick<KubernetesObject, "apiVersion" | "kind">;

const KINDS: ReadonlyMap<string, KindOfRoute> = new Map(
  ROUTE_GROUPS.flatMap((group) => ROUTE_KINDS.map((kind) => [`${group}/${kind}`, { kind, group }])),
);

/** The kind of route that a group and a kind name; undefined where they name none. */
export function routeKind(group: string, kind: string): KindOfRoute | undefined {
  return KINDS.get(`${group}/${kind}`);
}

/** The kind of route that an object is, or that an owner reference names; undefined where it is none. */
export function routeKindOf({ apiVersion, kind }: TypeMeta): KindOfRoute | undefined {
  return KINDS.get(`${groupOf(apiVersion)}/${kind}`);
}

export function resourceOfRoute({ kind, group }: KindOfRoute): ResourceDefinition {
  return { group, version: "v1alpha1", plural: PLURALS[kind], kind };
}

/** The kinds to read, those of the current group first. */
export function routeKinds({ legacyGroup, udp }: RouteKinds): readonly KindOfRoute[] {
  const groups = legacyGroup ? [ROUTE_GROUP, LEGACY_GROUP] : [ROUTE_GROUP];
  const kinds = ROUTE_KINDS.filter((kind) => udp || kind !== "IngressRouteUDP");
  return groups.flatMap((group) => kinds.map((kind) => ({ kind, group })));
}

/** The kinds to list, those of the current group first. */
export function routeResources(kinds: RouteKinds): readonly ResourceDefinition[] {
  return routeKinds(kinds).map(resourceOfRoute);
}
