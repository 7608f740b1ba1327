/**
 * Plans for an integration whose children may say different things of one name. Pure.
 *
 * A route that shares no name is planned alone. That it shares one is reported by a mark on its child, and found by the
 * look after a write that takes up a name.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { Integration, NameSharing, ObservedState } from "../../../integrations/integration.ts";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import type { Steps } from "../../../pace.ts";
import type { RouteDescription, RouteReference } from "../../../traefik/route-description.ts";
import { namesOf } from "../host-policy.ts";
import { type Eligibility, mayHaveChild } from "../members.ts";
import { classifyOwnership, type Identity, isOfInstance, mayWrite } from "../ownership.ts";
import { type Plan, type PlanSetting, planChild } from "../plan.ts";
import { type Decisions, decidedFor, decideNames, type Publisher } from "./decide-names.ts";
import { followedNames, markOf, marksOf } from "./name-marks.ts";

export type NamingIntegration = Integration & { readonly nameSharing: NameSharing };

export function sharesNames(integration: Integration): integration is NamingIntegration {
  return integration.nameSharing !== undefined;
}

type Setting = PlanSetting & Eligibility;

/** All routes and children of a namespace. */
export interface WholeNamespace {
  readonly routes: readonly RouteDescription[];
  readonly children: readonly KubernetesObject[];
}

/** Names because of which the other routes of the namespace are to be looked at, as far as the children show. */
export function markedNames(
  route: RouteReference,
  children: readonly KubernetesObject[],
  identity: Identity,
  own: string,
): ReadonlySet<string> {
  const mark = markOf(route);
  const names = children
    .filter((child) => isOfInstance(child, identity))
    .flatMap((child) =>
      [...marksOf(child)].flatMap(([name, decider]) =>
        child.metadata.name === own || decider === mark ? [name] : [],
      ),
    );
  return new Set(names);
}

/** Plans the child of one route that may share names; and the routes whose children no longer fit. */
export function planAmongOthers(
  integration: NamingIntegration,
  { route, description }: { readonly route: RouteReference; readonly description: RouteDescription | null },
  { routes, children }: WholeNamespace,
  setting: Setting,
): { readonly plan: Plan | null; readonly partners: readonly RouteReference[] } {
  const own = integration.childName(route);
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  const live = byName.get(own) ?? null;
  const names = new Set([
    ...markedNames(route, children, setting, own),
    ...(description === null ? [] : namesOf(description)),
    ...(live === null ? [] : integration.names(live.spec)),
  ]);
  const others = sharersOf(integration, route, routes, byName, names);
  const publishers = publishersOf(
    integration,
    description === null ? others : [description, ...others],
    byName,
    setting,
  );
  const decisions = decideNames(publishers);
  const partners = publishers.filter(
    (publisher) =>
      publisher.description !== description &&
      isStale(
        names,
        publisher,
        decisions.get(publisher.description),
        byName.get(integration.childName(publisher.description.route)) ?? null,
        integration.nameSharing,
      ),
  );
  const plan =
    description === null
      ? null
      : planWith(integration, description, live, setting, decisions.get(description));
  const members = publishers.map((publisher) => publisher.description);
  return {
    plan: plan === null ? null : { ...plan, members: [...new Set([...plan.members, ...members])] },
    partners: partners.map((publisher) => publisher.description.route),
  };
}

/** The other routes that name, or whose children have, one of the names. */
function sharersOf(
  integration: NamingIntegration,
  route: RouteReference,
  routes: readonly RouteDescription[],
  byName: ReadonlyMap<string, KubernetesObject>,
  names: ReadonlySet<string>,
): readonly RouteDescription[] {
  return routes.filter((other) => {
    if (markOf(other.route) === markOf(route)) return false;
    const child = byName.get(integration.childName(other.route));
    return (
      namesOf(other).some((name) => names.has(name)) ||
      (child !== undefined && integration.names(child.spec).some((name) => names.has(name)))
    );
  });
}

interface NamePlan {
  readonly description: RouteDescription;
  readonly plan: Plan;
  readonly isShared: boolean;
}

/** The plans of a whole namespace, and which of them rest on several routes. */
export function* planAllNames(
  integration: NamingIntegration,
  { routes, children }: WholeNamespace,
  setting: Setting,
): Steps<readonly NamePlan[]> {
  const byName = new Map(children.map((child) => [child.metadata.name, child]));
  const sharing = yield* candidates(integration, routes, byName);
  const decisions = decideNames(publishersOf(integration, sharing, byName, setting));
  const plans: NamePlan[] = [];
  for (const description of routes) {
    const live = byName.get(integration.childName(description.route)) ?? null;
    const decided = decisions.get(description);
    const plan = planWith(integration, description, live, setting, decided);
    plans.push({ description, plan, isShared: decided !== undefined || marksOf(live).size > 0 });
    yield;
  }
  return plans;
}

/** Routes with a name that several have, one of them with a target of its own: few, and only they are derived twice. */
function* candidates(
  integration: NamingIntegration,
  routes: readonly RouteDescription[],
  byName: ReadonlyMap<string, KubernetesObject>,
): Steps<readonly RouteDescription[]> {
  const count = new Map<string, number>();
  const owned = new Set<string>();
  const named: (readonly [RouteDescription, ReadonlySet<string>])[] = [];
  for (const description of routes) {
    const child = byName.get(integration.childName(description.route));
    const kept = child !== undefined && description.incomplete ? integration.names(child.spec) : [];
    const names = new Set([...namesOf(description), ...kept]);
    const owns = integration.nameSharing.ownsTarget(description);
    for (const name of names) {
      count.set(name, (count.get(name) ?? 0) + 1);
      if (owns) owned.add(name);
    }
    named.push([description, names]);
    yield;
  }
  return named.flatMap(([description, names]) =>
    [...names].some((name) => owned.has(name) && (count.get(name) ?? 0) > 1) ? [description] : [],
  );
}

function planWith(
  integration: NamingIntegration,
  description: RouteDescription,
  live: KubernetesObject | null,
  setting: Setting,
  decisions: Decisions | undefined,
): Plan {
  const optedOut = !mayHaveChild(description, setting.selector, integration.name);
  const names = decisions === undefined ? null : decidedFor(integration.nameSharing, description, decisions);
  return planChild({ integration, description, live, optedOut, names }, setting);
}

function publishersOf(
  integration: NamingIntegration,
  routes: readonly RouteDescription[],
  byName: ReadonlyMap<string, KubernetesObject>,
  setting: Setting,
): readonly Publisher[] {
  return routes.flatMap((description) => {
    if (!mayHaveChild(description, setting.selector, integration.name)) return [];
    const child = byName.get(integration.childName(description.route)) ?? null;
    // Somebody else's object is in the way: the route publishes nothing.
    if (child !== null && !mayWrite(classifyOwnership(child, description.route, setting))) return [];
    const othersReady = setting.isReady(description);
    return [publisherOf(integration, description, child, { ...setting.observedState, othersReady })];
  });
}

/** What the route publishes if it is alone; as long as that cannot be said, what its child has. */
export function publisherOf(
  { nameSharing, desiredState }: NamingIntegration,
  description: RouteDescription,
  child: KubernetesObject | null,
  observedState: Omit<ObservedState, "child">,
): Publisher {
  const before = followedNames(child, description.route);
  const desired = description.undecidable
    ? null
    : desiredState(description, { ...observedState, child, followed: { before, now: new Map() } });
  const spec = desired?.kind === "present" ? desired.spec : desired?.kind === "absent" ? null : child?.spec;
  return { description, owns: nameSharing.ownsTarget(description), entries: nameSharing.entries(spec) };
}

/** Whether what the child says of the names, or is marked with, is not what was decided. */
function isStale(
  names: ReadonlySet<string>,
  { description }: Publisher,
  decisions: Decisions | undefined,
  child: KubernetesObject | null,
  { entries }: NameSharing,
): boolean {
  if (description.undecidable) return false;
  const [marks, has] = [marksOf(child), entries(child?.spec)];
  return [...names].some((name) => {
    const decision = decisions?.get(name);
    if (decision === undefined) return marks.has(name);
    const isMarked = marks.get(name) === markOf(decision.decider.route);
    return !isMarked || !isDeepStrictEqual(has.get(name)?.parts, decision.entry.parts);
  });
}
