/**
 * Whose a child is. Everything that writes asks here first: an object that is not ours is never touched, and
 * server-side apply gives no protection of its own (an apply onto an identical foreign object succeeds).
 *
 * @module
 */
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { routeKindOf } from "../../traefik/resources.ts";
import { type RouteReference, routeKey } from "../../traefik/route-description.ts";

export const MANAGED_BY_LABEL = "kubernetes.io/managed-by";
export const MANAGED_BY = "Traefik-cert-rotater";
export const INSTANCE_ANNOTATION = "traefik-cert-rotater.io/instance";
/** Selects every child of every installation. */
export const MANAGED_BY_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;

/** Marks children whose name does not follow from their one route: several routes share them, or they were adopted. */
export const LOOKUP_LABEL = "traefik-cert-rotater.io/lookup";
export const LOOKUP = "list";
export const LOOKUP_SELECTOR = `${MANAGED_BY_SELECTOR},${LOOKUP_LABEL}=${LOOKUP}`;

/** Whether `LOOKUP_SELECTOR` selects the object. */
export function isFoundByLabel({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return labels[MANAGED_BY_LABEL] === MANAGED_BY && labels[LOOKUP_LABEL] === LOOKUP;
}

/** On an object that somebody else made: `"true"` hands it over to the route whose child it would be. */
export const ADOPT_ANNOTATION = "traefik-cert-rotater.io/adopt";
/** How Switchboard, the operator that this product can take over from, marks its children. */
const SWITCHBOARD = "switchboard";

/**
 * `ours`: made by this installation for this route, or for an earlier route of its name (deleted and made again,
 * or moved from one API group of Traefik to the other): then the next write hands it to the new one.
 * `adoptable`: somebody else's, handed over by its annotation, or made by Switchboard for this very route.
 * `released`: once ours, but the user took the label or the owner away.
 * `foreign`: anybody else's, another installation's too.
 */
export type Ownership = "ours" | "adoptable" | "released" | "foreign";

type RouteName = Pick<RouteReference, "kind" | "name">;

/** Who an installation is. */
export interface Identity {
  /** `<release namespace>/<release>`; stands on every child that this installation writes. */
  readonly instance: string;
  /**
   * Installations that this one continues, in the same form: their children are its own. One that names itself takes
   * back those of its children that lost their owners, as a restore leaves them.
   */
  readonly takeOverFrom: readonly string[];
}

/** Classifies an existing object of the child's name. */
export function classifyOwnership(child: KubernetesObject, route: RouteName, identity: Identity): Ownership {
  if (isOfInstance(child, identity)) return isOwnedBy(child, route) ? "ours" : "foreign";
  if (isAdoptable(child, route) || isLeftWithoutOwner(child, identity)) return "adoptable";
  return namesInstance(child, identity) ? "released" : "foreign";
}

export function mayWrite(ownership: Ownership): boolean {
  return ownership === "ours" || ownership === "adoptable";
}

/** Another installation's child is never adopted, nor what a controller other than the route's looks after. */
function isAdoptable(child: KubernetesObject, route: RouteName): boolean {
  if (isLabelled(child) && makerOf(child) !== undefined) return false;
  const controller = controllerOf(child);
  const isRoutes = controller !== undefined && isOf(controller, route);
  if (isSwitchboards(child)) return isRoutes && routeKindOf(controller) !== undefined;
  const isHandedOver = child.metadata.annotations?.[ADOPT_ANNOTATION] === "true";
  return isHandedOver && (controller === undefined || isRoutes);
}

/** Whether Switchboard made the object. */
export function isSwitchboards({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === SWITCHBOARD;
}

/** Whether this installation, or one that it continues, made the object and still has it, whatever the route. */
export function isOfInstance(child: KubernetesObject, identity: Identity): boolean {
  return namesInstance(child, identity) && isLabelled(child) && hasRoute(child);
}

/**
 * Whether only the owner is missing from a child of an installation that is taken over from. Without being asked it is
 * left alone: to take a child's owner away is how somebody keeps it beyond its route.
 */
export function isLeftWithoutOwner(child: KubernetesObject, { takeOverFrom }: Identity): boolean {
  const isTheirs = takeOverFrom.includes(makerOf(child) ?? "");
  return isTheirs && isLabelled(child) && !hasRoute(child) && controllerOf(child) === undefined;
}

/** Whether the object says that this installation, or one that it continues, made it. */
function namesInstance(child: KubernetesObject, { instance, takeOverFrom }: Identity): boolean {
  const maker = makerOf(child);
  return maker !== undefined && (maker === instance || takeOverFrom.includes(maker));
}

/** The installation that the object says made it; undefined where it names none. */
export function makerOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.[INSTANCE_ANNOTATION];
}

/** Whether it carries the label of this product's children, of whichever installation. */
export function isLabelled({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
}

/** Whether a route is among the owners. */
export function hasRoute({ metadata }: KubernetesObject): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => routeKindOf(owner) !== undefined);
}

/** Whether the owner has the route's kind and name, in whatever API group. */
export function isOf({ kind, name }: OwnerReference, route: RouteName): boolean {
  return kind === route.kind && name === route.name;
}

/** Whether a route of that name, in whatever API group, is among the owners. */
export function isOwnedBy({ metadata }: KubernetesObject, route: RouteName): boolean {
  return (metadata.ownerReferences ?? []).some(
    (owner) => isOf(owner, route) && routeKindOf(owner) !== undefined,
  );
}

/** The routes that own the object, the controller first. */
export function owningRoutes(child: KubernetesObject): readonly RouteReference[] {
  const { namespace = "", ownerReferences = [] } = child.metadata;
  const routes: RouteReference[] = [];
  for (const owner of ownerReferences) {
    const kind = routeKindOf(owner);
    if (kind === undefined) continue;
    const route = { ...kind, namespace, name: owner.name };
    if (owner.controller === true) routes.unshift(route);
    else routes.push(route);
  }
  return routes;
}

/** Items by the key of each route that owns their object. */
export function byOwner<T>(
  items: readonly T[],
  objectOf: (item: T) => KubernetesObject,
  keyOf: (route: RouteReference) => string = routeKey,
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    for (const owner of owningRoutes(objectOf(item))) append(found, keyOf(owner), item);
  }
  return found;
}

export function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [item]);
  else known.push(item);
}

/** Who looks after the object; undefined where nobody does. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
