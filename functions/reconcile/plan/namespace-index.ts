/**
 * One namespace as an integration with shared children sees it, indexed: who names which shared resource, who has it,
 * and which children a route has. Pure and linear; an event's is small, a resync's has all of the namespace.
 *
 * @module
 */
import type { Integration, SharedResource } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type RouteDescription, type RouteReference, routeName } from "../../traefik/route-description.ts";
import type { Eligibility } from "./members.ts";
import { keepsChild, mayHaveChild } from "./members.ts";
import { append, byOwner, type Identity, isOfInstance } from "./ownership.ts";

/** An integration whose children are shared. */
export type SharingIntegration = Integration & { readonly sharedResource: SharedResource };

export function isSharing(integration: Integration): integration is SharingIntegration {
  return integration.sharedResource !== null;
}

export interface NamespaceIndex {
  /** The routes that name it, in any order. */
  members(sharedResource: string): readonly RouteDescription[];
  /**
   * Routes whose share of a child stays as it is, and that get nothing new: nobody can say what they name, or they
   * have opted out and keep what they have.
   */
  readonly keeping: readonly RouteDescription[];
  /** All known objects that have it, whoever made them. */
  holders(sharedResource: string): readonly KubernetesObject[];
  /** The object of the kind that has this name. */
  occupant(name: string): KubernetesObject | null;
  /** Children of this installation that the route owns. */
  attached(route: RouteReference): readonly KubernetesObject[];
  /** Everything that a route names or an object has. */
  readonly sharedResources: ReadonlySet<string>;
}

export function indexNamespace(
  integration: SharingIntegration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  setting: Eligibility & Identity,
): NamespaceIndex {
  const { sharedResource, name } = integration;
  const isUnclear = (route: RouteDescription) =>
    mayHaveChild(route, setting.selector, name) && sharedResource.isUnclear(route);
  const keeping = routes.filter((route) => keepsChild(setting, route, name) || isUnclear(route));
  const kept = new Set(keeping);
  const members = new Map<string, RouteDescription[]>();
  for (const route of routes) {
    if (kept.has(route) || !mayHaveChild(route, setting.selector, name)) continue;
    const wanted = sharedResource.requestedBy(route);
    if (wanted !== null) append(members, wanted, route);
  }
  const holders = new Map<string, KubernetesObject[]>();
  const byName = new Map<string, KubernetesObject>();
  for (const child of children) {
    byName.set(child.metadata.name, child);
    const taken = sharedResource.of(child.spec);
    if (taken !== null) append(holders, taken, child);
  }
  const own = children.filter((child) => isOfInstance(child, setting));
  // The API group is left out: a route that moved from one group of Traefik to the other keeps its children.
  const attached = byOwner(own, (child) => child, routeName);
  return {
    members: (wanted) => members.get(wanted) ?? [],
    keeping,
    holders: (taken) => holders.get(taken) ?? [],
    occupant: (childName) => byName.get(childName) ?? null,
    attached: (route) => attached.get(routeName(route)) ?? [],
    sharedResources: new Set([...members.keys(), ...holders.keys()]),
  };
}
