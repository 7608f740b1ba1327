/**
 * One namespace of a resync: which routes need work, and which children have lost their route. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { LEGACY_GROUP } from "../../traefik/resources.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import type { ReconcileContext } from "../context.ts";
import { isIgnored, isSelected } from "../opt-out.ts";
import { controllingRoute, isOfInstance, routeOfOwner } from "../ownership.ts";
import { planChild, type Step } from "../plan.ts";

/** A child whose owner is not among the listed routes. Only a live 404 of the owner makes it an orphan. */
export interface Stray {
  readonly integration: Integration;
  readonly child: KubernetesObject;
  readonly owner: RouteReference;
}

/**
 * What a route needs. `creations` may be written as they are, for they can overwrite nothing. Everything else was
 * planned on lists of different versions and only means: look at that route live.
 */
export interface RouteNeed {
  readonly description: RouteDescription;
  readonly creations: readonly Creation[];
  readonly needsLook: boolean;
  readonly deletes: number;
  readonly problems: readonly Problem[];
}

export interface Creation {
  readonly integration: Integration;
  readonly step: Extract<Step, { action: "create" }>;
}

export interface NamespaceCensus {
  readonly needs: readonly RouteNeed[];
  readonly strays: readonly Stray[];
  /** Children of this installation seen here. */
  readonly children: number;
}

export interface ListedRoute {
  readonly description: RouteDescription;
  /** It is being deleted: garbage collection removes its children, and nothing is made for it any more. */
  readonly terminating: boolean;
}

export interface CensusInput {
  readonly routes: readonly ListedRoute[];
  /** Our labelled children, of every installation; an integration whose list failed is left out. */
  readonly children: ReadonlyMap<Integration, readonly KubernetesObject[]>;
  /** An integration whose dependencies could not be read is left out. */
  readonly dependencies: ReadonlyMap<Integration, ReadonlyMap<string, KubernetesObject | null>>;
}

export function takeCensus(
  context: Pick<ReconcileContext, "selector" | "instance">,
  { routes, children, dependencies }: CensusInput,
): NamespaceCensus {
  const known = new Set(routes.map(({ description }) => keyOf(description.route)));
  const owning = routes.flatMap(({ description, terminating }) =>
    terminating || isShadowed(description.route, known) ? [] : [description],
  );
  const needs = new Map<RouteDescription, RouteNeed>();
  const strays: Stray[] = [];
  let count = 0;
  for (const [integration, objects] of children) {
    const given = dependencies.get(integration);
    if (given === undefined) continue;
    const byName = new Map(objects.map((object) => [object.metadata.name, object]));
    for (const description of owning) {
      const need = needOf(context, integration, description, byName, given);
      if (need !== null) needs.set(description, mergeNeeds(needs.get(description), need));
    }
    for (const child of objects) {
      if (!isOfInstance(child, context.instance)) continue;
      count++;
      const stray = strayOf(integration, child, known);
      if (stray !== null) strays.push(stray);
    }
  }
  return { needs: [...needs.values()], strays, children: count };
}

function needOf(
  { selector, instance }: Pick<ReconcileContext, "selector" | "instance">,
  integration: Integration,
  description: RouteDescription,
  children: ReadonlyMap<string, KubernetesObject>,
  dependencies: ReadonlyMap<string, KubernetesObject | null>,
): RouteNeed | null {
  const selected = isSelected(description, selector);
  const { step, problems } = planChild({
    integration,
    description,
    live: children.get(integration.childName(description.route)) ?? null,
    dependencies,
    instance,
    optedOut: !selected || isIgnored(description, integration.name),
  });
  const all = selected ? [...description.problems, ...problems] : problems;
  if (step.action === "none" && all.length === 0) return null;
  return {
    description,
    creations: step.action === "create" ? [{ integration, step }] : [],
    needsLook: step.action === "update" || step.action === "delete",
    deletes: step.action === "delete" ? 1 : 0,
    problems: all,
  };
}

function mergeNeeds(one: RouteNeed | undefined, other: RouteNeed): RouteNeed {
  if (one === undefined) return other;
  return {
    description: one.description,
    creations: [...one.creations, ...other.creations],
    needsLook: one.needsLook || other.needsLook,
    deletes: one.deletes + other.deletes,
    problems: [...new Set([...one.problems, ...other.problems])],
  };
}

function strayOf(
  integration: Integration,
  child: KubernetesObject,
  known: ReadonlySet<string>,
): Stray | null {
  const reference = controllingRoute(child);
  if (reference === null || child.metadata.deletionTimestamp !== undefined) return null;
  const owner = routeOfOwner(reference, child.metadata.namespace ?? "");
  return known.has(keyOf(owner)) ? null : { integration, child, owner };
}

function keyOf({ group, kind, name }: RouteReference): string {
  return `${group}/${kind}/${name}`;
}

/** A route of the legacy group gives way to its namesake. */
function isShadowed(route: RouteReference, known: ReadonlySet<string>): boolean {
  return route.group === LEGACY_GROUP && known.has(keyOf({ ...route, group: "traefik.io" }));
}
