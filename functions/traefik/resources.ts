/**
 * The kinds of Traefik that carry rules with hosts. IngressRouteUDP has neither rule nor TLS.
 *
 * @module
 */
import type { ResourceDefinition } from "../kubernetes/objects.ts";
import type { RouteGroup, RouteKind, RouteReference } from "./route-description.ts";

export const ROUTE_GROUP: RouteGroup = "traefik.io";
/** Traefik v2's group, gone in v3. */
export const LEGACY_GROUP: RouteGroup = "traefik.containo.us";

const PLURALS: Readonly<Record<RouteKind, string>> = {
  IngressRoute: "ingressroutes",
  IngressRouteTCP: "ingressroutetcps",
};

export function resourceOfRoute({ kind, group }: Pick<RouteReference, "kind" | "group">): ResourceDefinition {
  return { group, version: "v1alpha1", plural: PLURALS[kind], kind };
}

/** The kinds to list, those of the current group first. */
export function routeResources(legacyGroup: boolean): readonly ResourceDefinition[] {
  const groups: RouteGroup[] = legacyGroup ? [ROUTE_GROUP, LEGACY_GROUP] : [ROUTE_GROUP];
  return groups.flatMap((group) =>
    (["IngressRoute", "IngressRouteTCP"] as const).map((kind) => resourceOfRoute({ kind, group })),
  );
}
