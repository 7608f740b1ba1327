/**
 * One namespace of a resync: which routes need work, and which children have lost their route. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import type { ReconcileContext } from "../context.ts";
import { mayHaveChild, unshadowed } from "../members.ts";
import { isSelected } from "../opt-out.ts";
import { isOfInstance, owningRoutes } from "../ownership.ts";
import { type Plan, planChild, type Step } from "../plan.ts";
import { compareAge, isSharing, planGroup, type SharingIntegration } from "../sharing.ts";

/** A child none of whose owners is among the listed routes. Only live 404s of the owners make it an orphan. */
export interface Stray {
  readonly integration: Integration;
  readonly child: KubernetesObject;
  readonly owners: readonly RouteReference[];
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
  readonly dependencies: ReadonlyMap<Integration, Dependencies>;
}

type Dependencies = ReadonlyMap<string, KubernetesObject | null>;
type CensusContext = Pick<ReconcileContext, "selector" | "instance">;

/** A plan and the route to which it is put down. */
interface Finding {
  readonly description: RouteDescription;
  readonly integration: Integration;
  readonly plan: Plan;
}

export function takeCensus(
  context: CensusContext,
  { routes, children, dependencies }: CensusInput,
): NamespaceCensus {
  const known = new Set(routes.map(({ description }) => keyOf(description.route)));
  const living = unshadowed(
    routes.flatMap(({ description, terminating }) => (terminating ? [] : [description])),
  );
  const findings: Finding[] = [];
  const strays: Stray[] = [];
  let count = 0;
  for (const [integration, objects] of children) {
    const given = dependencies.get(integration);
    if (given === undefined) continue;
    findings.push(
      ...(isSharing(integration)
        ? findShared(context, integration, living, objects, given)
        : findOwn(context, integration, living, objects, given)),
    );
    const mine = objects.filter((child) => isOfInstance(child, context.instance));
    strays.push(...mine.flatMap((child) => strayOf(integration, child, known)));
    count += mine.length;
  }
  return { needs: needsOf(context, living, findings), strays, children: count };
}

/** Each route has a child for itself. */
function findOwn(
  { selector, instance }: CensusContext,
  integration: Integration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  dependencies: Dependencies,
): Finding[] {
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  return routes.map((description) => {
    const live = byName.get(integration.childName(description.route)) ?? null;
    const optedOut = !mayHaveChild(description, selector, integration.name);
    const plan = planChild({ integration, description, live, dependencies, instance, optedOut });
    return { description, integration, plan };
  });
}

/** Each claim has a child; its plan is put down to the oldest member or, where none is left, to a former owner. */
function findShared(
  { selector, instance }: CensusContext,
  integration: SharingIntegration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  dependencies: Dependencies,
): Finding[] {
  const { claim } = integration;
  const eligible = routes.filter((description) => mayHaveChild(description, selector, integration.name));
  const members = Map.groupBy(eligible, (description) => claim.wantedBy(description));
  const holders = Map.groupBy(children, ({ spec }) => claim.of(spec));
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  const byRoute = new Map(routes.map((description) => [keyOf(description.route), description]));
  return [...new Set([...members.keys(), ...holders.keys()])].flatMap((name) => {
    if (name === null) return [];
    const group = {
      claim: name,
      members: members.get(name) ?? [],
      holders: holders.get(name) ?? [],
      occupantOf: (child: string) => byName.get(child) ?? null,
      moving: null,
    };
    const description = [...group.members].sort(compareAge)[0] ?? formerOwner(group.holders, byRoute);
    if (description === null) return [];
    return planGroup(integration, group, dependencies, instance).map((plan) => ({
      description,
      integration,
      plan,
    }));
  });
}

function formerOwner(
  holders: readonly KubernetesObject[],
  byRoute: ReadonlyMap<string, RouteDescription>,
): RouteDescription | null {
  const owners = holders.flatMap(owningRoutes).flatMap((owner) => byRoute.get(keyOf(owner)) ?? []);
  return owners[0] ?? null;
}

function needsOf(
  { selector }: CensusContext,
  routes: readonly RouteDescription[],
  findings: readonly Finding[],
): readonly RouteNeed[] {
  const byRoute = Map.groupBy(
    findings.filter(({ plan }) => plan.step.action !== "none" || plan.problems.length > 0),
    ({ description }) => description,
  );
  return routes.flatMap((description) => {
    const own = isSelected(description, selector) ? description.problems : [];
    const plans = byRoute.get(description) ?? [];
    return own.length === 0 && plans.length === 0 ? [] : [needOf(description, own, plans)];
  });
}

function needOf(
  description: RouteDescription,
  own: readonly Problem[],
  findings: readonly Finding[],
): RouteNeed {
  const steps = findings.map(({ plan }) => plan.step.action);
  return {
    description,
    creations: findings.flatMap(({ integration, plan: { step } }) =>
      step.action === "create" ? [{ integration, step }] : [],
    ),
    needsLook: steps.includes("update") || steps.includes("delete"),
    deletes: steps.filter((action) => action === "delete").length,
    problems: [...own, ...findings.flatMap(({ plan }) => plan.problems)],
  };
}

function strayOf(integration: Integration, child: KubernetesObject, known: ReadonlySet<string>): Stray[] {
  if (child.metadata.deletionTimestamp !== undefined) return [];
  const owners = owningRoutes(child);
  return owners.some((owner) => known.has(keyOf(owner))) ? [] : [{ integration, child, owners }];
}

function keyOf({ group, kind, name }: RouteReference): string {
  return `${group}/${kind}/${name}`;
}
