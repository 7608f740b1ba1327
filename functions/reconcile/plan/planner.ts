/**
 * The planner: from what was seen of a namespace to what is to be written, for one route at an event and for all of
 * them in a resync. Pure. It says what it must see before it can decide; what a resync has listed is complete.
 *
 * | what was seen                                   | what is planned                                          |
 * |-------------------------------------------------|----------------------------------------------------------|
 * | a route, its own child                          | create, update or delete that child                      |
 * | a route alone with the child it shares with none| the same, without looking at others                      |
 * | a route that claims what its children do not    | look at all objects of the kind first: who has it        |
 * | a claim with several routes or holders          | look at the namespace's routes: one child for all        |
 * | a route that is gone                            | what it leaves: its own child goes, a shared one stays   |
 * | an object that is not ours                      | nothing, and a problem                                   |
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type RouteDescription, type RouteReference, routeKey } from "../../traefik/route-description.ts";
import { type Eligibility, keepsChild, mayHaveChild } from "./members.ts";
import { indexNamespace, isSharing, type SharingIntegration } from "./namespace-index.ts";
import { isOfInstance, owningRoutes } from "./ownership.ts";
import { type Plan, type PlanSetting, planChild } from "./plan.ts";
import { compareAge, planClaims } from "./shared.ts";

/** What was seen of one namespace for one integration. */
export interface Observed {
  /** The route's own child, and those that its labels lead to; all of them where that is known. */
  readonly children: readonly KubernetesObject[];
  /** Whether `children` are all objects of the kind, whoever made them. */
  readonly hasAllChildren: boolean;
  /** All routes that are not being deleted and not shadowed; null where only the one was read. */
  readonly routes: readonly RouteDescription[] | null;
}

/** The route that an event is about. */
export interface Subject {
  readonly route: RouteReference;
  /** Null where the route is gone. */
  readonly description: RouteDescription | null;
  /** Several routes or children are known to be concerned: nothing is decided before all was seen. */
  readonly readsAll: boolean;
}

export type PlannerSetting = PlanSetting & Eligibility;

/** Plans in the order in which they are to be written, or what must be read before there can be any. */
export type Planned = { readonly plans: readonly Plan[] } | { readonly missing: "children" | "routes" };

export function planRoute(
  integration: Integration,
  subject: Subject,
  observed: Observed,
  setting: PlannerSetting,
): Planned {
  if (isSharing(integration)) return planShare(integration, subject, observed, setting);
  const { description, route } = subject;
  const live =
    observed.children.find(({ metadata }) => metadata.name === integration.childName(route)) ?? null;
  return {
    plans:
      description === null
        ? leftovers(subject.route, live, setting)
        : [planOwn(integration, description, live, setting)],
  };
}

/** A plan and the route that is told of it. */
export interface RoutePlan {
  readonly description: RouteDescription;
  readonly plan: Plan;
  /** Several routes or children are concerned. */
  readonly readsAll: boolean;
}

/**
 * The plans of a whole namespace. A shared child's are put down to its oldest member or, where none is left, to a
 * former owner.
 */
export function planNamespace(
  integration: Integration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  settingFor: (description: RouteDescription | null) => PlannerSetting,
): readonly RoutePlan[] {
  if (isSharing(integration)) return planShares(integration, routes, children, settingFor(null));
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  return routes.map((description) => {
    const live = byName.get(integration.childName(description.route)) ?? null;
    const plan = planOwn(integration, description, live, settingFor(description));
    return { description, plan, readsAll: false };
  });
}

function planOwn(
  integration: Integration,
  description: RouteDescription,
  live: KubernetesObject | null,
  setting: PlannerSetting,
): Plan {
  const optedOut = !mayHaveChild(description, setting.selector, integration.name);
  return planChild({ integration, description, live, optedOut }, setting);
}

/** With as little reading as can be: see the table above. */
function planShare(
  integration: SharingIntegration,
  { route, description, readsAll }: Subject,
  { children, hasAllChildren, routes }: Observed,
  setting: PlannerSetting,
): Planned {
  const eligible = description !== null && mayHaveChild(description, setting.selector, integration.name);
  if (description !== null && !eligible && setting.onOptOut === "keep") return { plans: [] };
  const own = description === null || !(eligible || keepsChild(setting, description, integration.name));
  const index = indexNamespace(integration, routes ?? (own ? [] : [description]), children, setting);
  const { claim } = integration;
  const wanted = eligible ? claim.wantedBy(description) : null;
  const attached = index
    .attached(route)
    .filter((child) => description !== null || isOfThatRoute(child, route));
  const alone = attached.length <= 1 && attached.every((child) => owningRoutes(child).length === 1);
  const isHeld = wanted === null || attached.some(({ spec }) => claim.of(spec) === wanted);
  const heldByOthers = wanted !== null && index.holders(wanted).some((holder) => !attached.includes(holder));
  if (!isHeld && !hasAllChildren) return { missing: "children" };
  if ((readsAll || !alone || heldByOthers) && routes === null) {
    return { missing: hasAllChildren ? "routes" : "children" };
  }
  const left = attached.flatMap(({ spec }) => claim.of(spec) ?? []);
  const claims = new Set(wanted === null ? left : [wanted, ...left]);
  return { plans: planClaims(integration, index, claims, setting) };
}

function planShares(
  integration: SharingIntegration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  setting: PlannerSetting,
): readonly RoutePlan[] {
  const index = indexNamespace(integration, routes, children, setting);
  const byName = new Map(routes.map((description) => [routeKey(description.route), description]));
  const moved = new Set<KubernetesObject>();
  // A child may move to a claim that nothing holds; then the claim that it leaves has it no more.
  const isFree = (claim: string) => index.holders(claim).length === 0;
  const claims = [...index.claims];
  return [...claims.filter(isFree), ...claims.filter((claim) => !isFree(claim))].flatMap((claim) => {
    const [members, holders] = [index.members(claim), index.holders(claim)];
    const description = [...members].sort(compareAge)[0] ?? formerOwner(holders, byName);
    if (description === null) return [];
    const readsAll = members.length > 1 || holders.length > 1;
    const plans = planClaims(integration, index, [claim], setting, moved);
    // The write is one route's affair, what is wrong is told on each, as at their events.
    const problems = plans.flatMap((plan) => plan.problems);
    const told = { step: { action: "none" }, problems, members: [] } as const;
    const others = members.filter((member) => member !== description);
    return [
      ...plans.map((plan) => ({ description, plan, readsAll })),
      ...others.map((member) => ({ description: member, plan: told, readsAll: false })),
    ];
  });
}

function formerOwner(
  holders: readonly KubernetesObject[],
  byName: ReadonlyMap<string, RouteDescription>,
): RouteDescription | null {
  return holders.flatMap(owningRoutes).flatMap((owner) => byName.get(routeKey(owner)) ?? [])[0] ?? null;
}

/** The route is gone: what garbage collection has not removed yet, and is ours and of that very route, goes. */
function leftovers(
  route: RouteReference,
  live: KubernetesObject | null,
  { instance }: PlannerSetting,
): readonly Plan[] {
  if (live === null || live.metadata.deletionTimestamp !== undefined) return [];
  if (!isOfInstance(live, instance) || !isOfThatRoute(live, route)) return [];
  return [{ step: { action: "delete", live }, problems: [], members: [] }];
}

/** Unlike elsewhere the API group counts: when one route is gone, its namesake of the other group may live on. */
function isOfThatRoute(child: KubernetesObject, { kind, name, group }: RouteReference): boolean {
  return owningRoutes(child).some(
    (owner) => owner.kind === kind && owner.name === name && owner.group === group,
  );
}
