/**
 * One namespace as an integration with shared children sees it, indexed: who claims what, who holds it, and which
 * children a route has. Pure and linear; an event's is small, a resync's has all of the namespace.
 *
 * @module
 */
import type { Claim, Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type RouteDescription, type RouteReference, routeName } from "../../traefik/route-description.ts";
import type { Eligibility } from "./members.ts";
import { keepsChild, mayHaveChild } from "./members.ts";
import { append, byOwner, isOfInstance } from "./ownership.ts";

/** An integration whose children are shared. */
export type SharingIntegration = Integration & { readonly claim: Claim };

export function isSharing(integration: Integration): integration is SharingIntegration {
  return integration.claim !== null;
}

export interface NamespaceIndex {
  /** The routes that claim it, in any order. */
  members(claim: string): readonly RouteDescription[];
  /**
   * Routes whose share of a child stays as it is, and that get nothing new: nobody can say what they claim, or they
   * have opted out and keep what they have.
   */
  readonly keeping: readonly RouteDescription[];
  /** All known objects that have the claim, whoever made them. */
  holders(claim: string): readonly KubernetesObject[];
  /** The object of the kind that has this name. */
  occupant(name: string): KubernetesObject | null;
  /** Children of this installation that the route owns. */
  attached(route: RouteReference): readonly KubernetesObject[];
  /** Everything that a route claims or an object holds. */
  readonly claims: ReadonlySet<string>;
}

export function indexNamespace(
  integration: SharingIntegration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  setting: Eligibility & { readonly instance: string },
): NamespaceIndex {
  const { claim, name } = integration;
  const isUnclear = (route: RouteDescription) =>
    mayHaveChild(route, setting.selector, name) && claim.isUnclear(route);
  const keeping = routes.filter((route) => keepsChild(setting, route, name) || isUnclear(route));
  const kept = new Set(keeping);
  const members = new Map<string, RouteDescription[]>();
  for (const route of routes) {
    if (kept.has(route) || !mayHaveChild(route, setting.selector, name)) continue;
    const wanted = claim.wantedBy(route);
    if (wanted !== null) append(members, wanted, route);
  }
  const holders = new Map<string, KubernetesObject[]>();
  const byName = new Map<string, KubernetesObject>();
  for (const child of children) {
    byName.set(child.metadata.name, child);
    const held = claim.of(child.spec);
    if (held !== null) append(holders, held, child);
  }
  const own = children.filter((child) => isOfInstance(child, setting.instance));
  // The API group is left out: a route that moved from one group of Traefik to the other keeps its children.
  const attached = byOwner(own, (child) => child, routeName);
  return {
    members: (wanted) => members.get(wanted) ?? [],
    keeping,
    holders: (held) => holders.get(held) ?? [],
    occupant: (childName) => byName.get(childName) ?? null,
    attached: (route) => attached.get(routeName(route)) ?? [],
    claims: new Set([...members.keys(), ...holders.keys()]),
  };
}
