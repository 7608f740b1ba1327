/**
 * One namespace as an integration with shared children sees it, indexed: who claims what, who holds it, and which
 * children a route has. Pure and linear; an event's is small, a resync's has all of the namespace.
 *
 * @module
 */
import type { Claim, Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import type { Eligibility } from "./members.ts";
import { keepsChild, mayHaveChild } from "./members.ts";
import { isOfInstance, owningRoutes } from "./ownership.ts";

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
  attached(route: Pick<RouteReference, "kind" | "name">): readonly KubernetesObject[];
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
  const attached = new Map<string, KubernetesObject[]>();
  for (const child of children) {
    byName.set(child.metadata.name, child);
    const held = claim.of(child.spec);
    if (held !== null) append(holders, held, child);
    if (!isOfInstance(child, setting.instance)) continue;
    for (const owner of owningRoutes(child)) append(attached, nameOf(owner), child);
  }
  return {
    members: (wanted) => members.get(wanted) ?? [],
    keeping,
    holders: (held) => holders.get(held) ?? [],
    occupant: (childName) => byName.get(childName) ?? null,
    attached: (route) => attached.get(nameOf(route)) ?? [],
    claims: new Set([...members.keys(), ...holders.keys()]),
  };
}

/** The API group is left out: a route that moved from one group of Traefik to the other keeps its children. */
function nameOf({ kind, name }: Pick<RouteReference, "kind" | "name">): string {
  return `${kind}/${name}`;
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
}
