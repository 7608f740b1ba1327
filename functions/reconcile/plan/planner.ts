/**
 * The planner: from what was seen of a namespace to what is to be written, for one route at an event and for all of
 * them in a resync. Pure. It says what it must see before it can decide; what a resync has listed is complete.
 *
 * | what was seen                                   | what is planned                                          |
 * |-------------------------------------------------|----------------------------------------------------------|
 * | a route, its own child                          | create, update or delete that child                      |
 * | a route alone with the child it shares with none| the same, without looking at others                      |
 * | a route that names what its children do not     | look at all objects of the kind first: who has it        |
 * | a shared resource with several routes or holders| look at the namespace's routes: one child for all        |
 * | a route that is gone                            | what it leaves: its own child goes, a shared one stays   |
 * | an object that is not ours                      | nothing, and a problem                                   |
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { isLiving, type KubernetesObject } from "../../kubernetes/objects.ts";
import type { Steps } from "../../pace.ts";
import type { Problem } from "../../problem.ts";
import { type RouteDescription, type RouteReference, routeKey } from "../../traefik/route-description.ts";
import { compareAge } from "./age.ts";
import { rfc3339 } from "./child/hosts-since.ts";
import { sparingFormer } from "./former.ts";
import { type Eligibility, mayHaveChild } from "./members.ts";
import {
  markedNames,
  type NamingIntegration,
  planAllNames,
  planAmongOthers,
  sharesNames,
} from "./names/plan-names.ts";
import { indexNamespace, isSharing, type SharingIntegration } from "./namespace-index.ts";
import { type Identity, isOfInstance, isOwnedBy, owningRoutes } from "./ownership.ts";
import { type Plan, type PlanSetting, planChild } from "./plan.ts";
import { planSharedResources } from "./shared.ts";

/** What was seen of one namespace for one integration. */
export interface Observed {
  /** The route's own child, and those that its labels lead to; all of them where that is known. */
  readonly children: readonly KubernetesObject[];
  /** Whether `children` are all objects of the kind, whoever made them. */
  readonly hasAllChildren: boolean;
  /** Whether those that only their labels lead to are among them. */
  readonly hasLabelled?: boolean;
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
  /** The same, of routes that share a name and no child. */
  readonly readsNames?: boolean;
}

export type PlannerSetting = PlanSetting & Eligibility;

/** Plans in the order in which they are to be written, or what must be read before there can be any. */
export type Planned =
  | {
      readonly plans: readonly Plan[];
      /** Routes whose children no longer fit what these say of a name, and are to be reconciled next. */
      readonly partners: readonly RouteReference[];
    }
  | { readonly missing: "labelled" | "children" | "routes" };

/** What of a reconcile's context decides what is planned. */
export type PlannerContext = Eligibility &
  Identity & {
    /** Why the namespace may not have the host; null where it may. */
    readonly refuseHost: (namespace: string, host: string) => Problem | null;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  };

/** The setting for the routes of one namespace. */
export function settingIn(
  { instance, takeOverFrom, selector, onOptOut, refuseHost, now }: PlannerContext,
  namespace: string,
  dependencies: PlanSetting["observedState"]["dependencies"],
  isReady: PlanSetting["isReady"],
): PlannerSetting {
  const refuseName = (name: string) => refuseHost(namespace, name);
  const observedState = { dependencies, refuseName };
  return { instance, takeOverFrom, selector, onOptOut, now: rfc3339(now()), observedState, isReady };
}

export function planRoute(
  integration: Integration,
  subject: Subject,
  observed: Observed,
  setting: PlannerSetting,
): Planned {
  const planned = planOne(integration, subject, observed, setting);
  if ("missing" in planned) return planned;
  const routes = [...(observed.routes ?? []), ...(subject.description === null ? [] : [subject.description])];
  return { ...planned, plans: planned.plans.map(sparingFormer(routes, setting)) };
}

function planOne(
  integration: Integration,
  subject: Subject,
  observed: Observed,
  setting: PlannerSetting,
): Planned {
  if (isSharing(integration)) return planShare(integration, subject, observed, setting);
  if (sharesNames(integration)) return planNaming(integration, subject, observed, setting);
  return { plans: planAlone(integration, subject, observed, setting), partners: [] };
}

function planAlone(
  integration: Integration,
  { description, route }: Subject,
  { children }: Observed,
  setting: PlannerSetting,
): readonly Plan[] {
  const name = integration.childName(route);
  const live = children.find(({ metadata }) => metadata.name === name) ?? null;
  return description === null
    ? leftovers(route, live, setting)
    : [planOwn(integration, description, live, setting)];
}

/** Looks at other routes only where the child, or those that its route has left, say that a name is shared. */
function planNaming(
  integration: NamingIntegration,
  subject: Subject,
  observed: Observed,
  setting: PlannerSetting,
): Planned {
  const { route, description, readsNames = false } = subject;
  const { children, hasAllChildren, hasLabelled = false, routes } = observed;
  const own = integration.childName(route);
  const isLeft = description === null && !children.some(({ metadata }) => metadata.name === own);
  if (isLeft && !hasLabelled && !hasAllChildren) return { missing: "labelled" };
  const isShared = markedNames(route, children, setting, own).size > 0;
  if (!isShared && !readsNames) {
    return { plans: planAlone(integration, subject, observed, setting), partners: [] };
  }
  if (routes === null) return { missing: hasAllChildren ? "routes" : "children" };
  const { plan, partners } = planAmongOthers(integration, subject, { routes, children }, setting);
  return { plans: plan === null ? planAlone(integration, subject, observed, setting) : [plan], partners };
}

/** A plan and the route that it is reported on. */
export interface RoutePlan {
  readonly description: RouteDescription;
  readonly plan: Plan;
  /** Several routes or children are concerned. */
  readonly readsAll: boolean;
  /** Several routes that share a name and no child are concerned. */
  readonly readsNames: boolean;
}

/**
 * The plans of a whole namespace. A shared child's are put down to its oldest member or, where none is left, to a
 * previous owner.
 */
export function* planNamespace(
  integration: Integration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  setting: PlannerSetting,
): Steps<readonly RoutePlan[]> {
  const spare = sparingFormer(routes, setting);
  const planned = yield* planAll(integration, routes, children, setting);
  return planned.map((each) => ({ ...each, plan: spare(each.plan) }));
}

function* planAll(
  integration: Integration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  setting: PlannerSetting,
): Steps<readonly RoutePlan[]> {
  if (isSharing(integration)) return yield* planShares(integration, routes, children, setting);
  if (sharesNames(integration)) {
    const plans = yield* planAllNames(integration, { routes, children }, setting);
    return plans.map(({ isShared, ...rest }) => ({ ...rest, readsAll: false, readsNames: isShared }));
  }
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  const plans: RoutePlan[] = [];
  for (const description of routes) {
    const live = byName.get(integration.childName(description.route)) ?? null;
    const plan = planOwn(integration, description, live, setting);
    plans.push({ description, plan, readsAll: false, readsNames: false });
    yield;
  }
  return plans;
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

/** With as little reading as can be: see the table above. A route alone with its child is planned as any other. */
function planShare(
  integration: SharingIntegration,
  subject: Subject,
  observed: Observed,
  setting: PlannerSetting,
): Planned {
  const { route, description, readsAll } = subject;
  const { children, hasAllChildren, routes } = observed;
  const { sharedResource, name } = integration;
  const eligible = description !== null && mayHaveChild(description, setting.selector, name);
  if (description !== null && !eligible && setting.onOptOut === "keep") return { plans: [], partners: [] };
  const wanted = eligible ? sharedResource.requestedBy(description) : null;
  const attached = children.filter((child) => isChildOf(child, subject, setting));
  const isTaken = wanted === null || attached.some(({ spec }) => sharedResource.of(spec) === wanted);
  if (!isTaken && !hasAllChildren) return { missing: "children" };
  const left = attached.flatMap(({ spec }) => sharedResource.of(spec) ?? []);
  const sharedResources = new Set(wanted === null ? left : [wanted, ...left]);
  const isAlone =
    !readsAll &&
    attached.length <= 1 &&
    children.every((child) => {
      const taken = sharedResource.of(child.spec);
      if (attached.includes(child)) return owningRoutes(child).length === 1;
      // What somebody else has of what the route leaves is none of its business.
      return taken === null || (taken !== wanted && !(left.includes(taken) && isOfInstance(child, setting)));
    });
  if (!isAlone && routes === null) return { missing: hasAllChildren ? "routes" : "children" };
  const own = children.find(({ metadata }) => metadata.name === integration.childName(route));
  const isUnclear = eligible && sharedResource.isUnclear(description);
  if (isAlone && attached[0] === own && !isUnclear) {
    return { plans: planAlone(integration, subject, observed, setting), partners: [] };
  }
  const known = routes ?? (eligible ? [description] : []);
  const index = indexNamespace(integration, known, children, setting);
  return { plans: planSharedResources(integration, index, sharedResources, setting), partners: [] };
}

/** Whether it is this installation's and the route owns it; of a route that is gone, that very route. */
function isChildOf(child: KubernetesObject, { route, description }: Subject, identity: Identity): boolean {
  if (!isOfInstance(child, identity)) return false;
  return description === null ? isOfThatRoute(child, route) : isOwnedBy(child, route);
}

function* planShares(
  integration: SharingIntegration,
  routes: readonly RouteDescription[],
  children: readonly KubernetesObject[],
  setting: PlannerSetting,
): Steps<readonly RoutePlan[]> {
  const index = indexNamespace(integration, routes, children, setting);
  yield;
  const byName = new Map(routes.map((description) => [routeKey(description.route), description]));
  const moved = new Set<KubernetesObject>();
  // A child may move to a shared resource that nothing has; then the one that it leaves has it no more.
  const isFree = (sharedResource: string) => index.holders(sharedResource).length === 0;
  const sharedResources = [...index.sharedResources];
  const inOrder = [
    ...sharedResources.filter(isFree),
    ...sharedResources.filter((sharedResource) => !isFree(sharedResource)),
  ];
  const routePlans: RoutePlan[] = [];
  for (const sharedResource of inOrder) {
    yield;
    const [members, holders] = [index.members(sharedResource), index.holders(sharedResource)];
    const description = [...members].sort(compareAge)[0] ?? previousOwner(holders, byName);
    if (description === null) continue;
    const readsAll = members.length > 1 || holders.length > 1;
    const plans = planSharedResources(integration, index, [sharedResource], setting, moved);
    // The write is one route's affair; what is wrong is reported on each, as at their events.
    const problems = plans.flatMap((plan) => plan.problems);
    const reportOnly = { step: { action: "none" }, problems, members: [] } as const;
    const others = members.filter((member) => member !== description);
    for (const plan of plans) routePlans.push({ description, plan, readsAll, readsNames: false });
    for (const member of others) {
      routePlans.push({ description: member, plan: reportOnly, readsAll: false, readsNames: false });
    }
  }
  return routePlans;
}

function previousOwner(
  holders: readonly KubernetesObject[],
  byName: ReadonlyMap<string, RouteDescription>,
): RouteDescription | null {
  return holders.flatMap(owningRoutes).flatMap((owner) => byName.get(routeKey(owner)) ?? [])[0] ?? null;
}

/** The route is gone: what garbage collection has not removed yet, and is ours and of that very route, goes. */
function leftovers(
  route: RouteReference,
  live: KubernetesObject | null,
  setting: PlannerSetting,
): readonly Plan[] {
  if (live === null || !isLiving(live)) return [];
  if (!isOfInstance(live, setting) || !isOfThatRoute(live, route)) return [];
  return [{ step: { action: "delete", live }, problems: [], members: [] }];
}

/** Unlike elsewhere the API group counts: when one route is gone, its namesake of the other group may live on. */
function isOfThatRoute(child: KubernetesObject, { kind, name, group }: RouteReference): boolean {
  return owningRoutes(child).some(
    (owner) => owner.kind === kind && owner.name === name && owner.group === group,
  );
}
