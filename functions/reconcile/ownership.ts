/**
 * Whose a child is. Everything that writes asks here first: an object that is not ours is never touched, and
 * server-side apply gives no protection of its own (an apply onto an identical foreign object succeeds).
 *
 * @module
 */
import type { KubernetesObject, OwnerReference } from "../kubernetes/objects.ts";
import type { RouteReference } from "../traefik/route-description.ts";

export const MANAGED_BY_LABEL = "kubernetes.io/managed-by";
export const MANAGED_BY = "Traefik-cert-rotater";
export const INSTANCE_ANNOTATION = "traefik-cert-rotater.io/instance";
/** Selects every child of every installation. */
export const MANAGED_BY_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;

const ROUTE_GROUPS: readonly string[] = ["traefik.io", "traefik.containo.us"];
const ROUTE_KINDS: readonly string[] = ["IngressRoute", "IngressRouteTCP"];

/**
 * `ours`: made by this installation for this route, or for an earlier route of its name (deleted and made again,
 * or moved from one API group of Traefik to the other): then the next write hands it to the new one.
 * `released`: once ours, but the user took the label or the owner away.
 * `foreign`: anybody else's, another installation's too.
 */
export type Ownership = "ours" | "released" | "foreign";

/** Judges an existing object of the child's name. `instance` is `<release namespace>/<release>`. */
export function judge(
  child: KubernetesObject,
  route: Pick<RouteReference, "kind" | "name">,
  instance: string,
): Ownership {
  if (child.metadata.annotations?.[INSTANCE_ANNOTATION] !== instance) return "foreign";
  const owner = controllingRoute(child);
  if (!isLabelled(child) || owner === null) return "released";
  return owner.kind === route.kind && owner.name === route.name ? "ours" : "foreign";
}

/** Whether this installation made the object and still has it, whatever the route. */
export function isOfInstance(child: KubernetesObject, instance: string): boolean {
  return (
    child.metadata.annotations?.[INSTANCE_ANNOTATION] === instance &&
    isLabelled(child) &&
    controllingRoute(child) !== null
  );
}

/** The controller owner, if that is a route; null otherwise. */
export function controllingRoute(child: KubernetesObject): OwnerReference | null {
  const controller = child.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return controller !== undefined && isRoute(controller) ? controller : null;
}

/** The route that an owner reference names, in the child's namespace. */
export function routeOfOwner(owner: OwnerReference, namespace: string): RouteReference {
  const group = owner.apiVersion.startsWith("traefik.containo.us/") ? "traefik.containo.us" : "traefik.io";
  const kind = owner.kind === "IngressRouteTCP" ? "IngressRouteTCP" : "IngressRoute";
  return { kind, group, namespace, name: owner.name };
}

function isLabelled(child: KubernetesObject): boolean {
  return child.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
}

function isRoute(reference: OwnerReference): boolean {
  const [group = ""] = reference.apiVersion.split("/");
  return ROUTE_GROUPS.includes(group) && ROUTE_KINDS.includes(reference.kind);
}
