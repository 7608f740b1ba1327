/**
 * What stands beside the routes where a child would be: in the same input, or in the cluster. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { isOf, type KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { inTheWay } from "../../reconcile/plan/in-the-way.ts";
import { isTaken, withObstacle } from "../../reconcile/plan/matching.ts";
import { isSharing } from "../../reconcile/plan/namespace-index.ts";
import {
  classifyOwnership,
  type Identity,
  isLabelled,
  isOfInstance,
  mayWrite,
  type Ownership,
} from "../../reconcile/plan/ownership.ts";
import { whyUnmade } from "../../reconcile/plan/unmade.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";

export interface Surroundings {
  /** Objects of any kind. */
  readonly objects: readonly KubernetesObject[];
  /** The installation whose children are ours; null where none is known: then those of any are. */
  readonly identity: Identity | null;
}

/** The name that the child has there, or why there is none. */
export type Place = { readonly name: string } | { readonly why: string; readonly problem: Problem };

/** @param members the routes whose child it is, the first one of which names it */
export function placeOf(
  integration: Integration,
  members: readonly [RouteDescription, ...RouteDescription[]],
  child: KubernetesObject,
  { objects, identity }: Surroundings,
): Place {
  const [{ route }] = members;
  const { name } = child.metadata;
  const sharedResource = integration.sharedResource?.of(child.spec) ?? null;
  const here = objects.filter(
    (object) => isOf(integration.resource, object) && namespaceOf(object) === route.namespace,
  );
  const holders = here.filter(
    ({ spec }) => sharedResource !== null && integration.sharedResource?.of(spec) === sharedResource,
  );
  const isOurs = (object: KubernetesObject) =>
    members.some((member) => mayWrite(ownershipOf(object, member.route, identity))) ||
    (holders.every((holder) => holder === object) && isTaken(integration, object, child.spec));
  const occupant = here.find(({ metadata }) => metadata.name === name);
  const other = holders.find((holder) => !isOurs(holder));
  const [holder] = holders;
  const stranger =
    other ?? (holder === undefined && occupant !== undefined && !isOurs(occupant) ? occupant : null);
  if (stranger === null) return { name: holder?.metadata.name ?? name };
  const names = integration.names(child.spec);
  const problem =
    isSharing(integration) && sharedResource !== null
      ? whyUnmade(integration, { route, sharedResource, names }, stranger, identity ?? NOBODY)
      : inTheWay(stranger, route, identity ?? NOBODY);
  return {
    why: `${stranger.kind} ${stranger.metadata.name} is there, which is not ours`,
    problem: withObstacle(problem, integration, stranger, child.spec),
  };
}

function ownershipOf(object: KubernetesObject, route: RouteReference, identity: Identity | null): Ownership {
  if (identity === null) {
    return isLabelled(object) ? "ours" : classifyOwnership(object, route, NOBODY);
  }
  return isOfInstance(object, identity) ? "ours" : classifyOwnership(object, route, identity);
}

const NOBODY: Identity = { instance: "", takeOverFrom: [] };

function namespaceOf({ metadata }: KubernetesObject): string {
  return metadata.namespace ?? "default";
}
