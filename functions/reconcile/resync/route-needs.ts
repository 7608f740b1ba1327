/**
 * One namespace of a resync: which routes need work, and which children have lost their route. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { isLiving, type KubernetesObject } from "../../kubernetes/objects.ts";
import type { Steps } from "../../pace.ts";
import type { Problem } from "../../problem.ts";
import { type RouteDescription, type RouteReference, routeKey } from "../../traefik/route-description.ts";
import { withoutManagers } from "../observe/listing.ts";
import type { Dependencies } from "../observe/view.ts";
import { mayBeConfigured } from "../plan/deletion-cause.ts";
import { leftToFormer } from "../plan/former.ts";
import { claimsOf, type HostClaim } from "../plan/host-claims.ts";
import { isSelected } from "../plan/opt-out.ts";
import { byOwner, type Identity, isOfInstance, owningRoutes } from "../plan/ownership.ts";
import type { Plan } from "../plan/plan.ts";
import { planNamespace, type RoutePlan, settingIn } from "../plan/planner.ts";
import { isReadyFor } from "../plan/readiness.ts";
import { unshadowed } from "../plan/shadowed.ts";
import type { ReconcileContext } from "../route/context.ts";

/** A child none of whose owners is among the listed routes. Only live 404s of the owners make it an orphan. */
export interface Orphan {
  readonly integration: Integration;
  readonly child: KubernetesObject;
  readonly owners: readonly RouteReference[];
}

/** What a route needs. It was planned on lists of different versions, so all but `creations` means: look at it live. */
export interface RouteNeed {
  readonly description: RouteDescription;
  /** Plans that create, which can overwrite nothing. */
  readonly creations: readonly Creation[];
  /** Something is to be updated or deleted. */
  readonly changes: boolean;
  readonly deletes: number;
  /** Of these, those that may come of the configuration. */
  readonly configured: number;
  /** Several routes or children are concerned. */
  readonly readsAll: boolean;
  /** Several routes that share a name and no child are concerned. */
  readonly readsNames: boolean;
  readonly problems: readonly Problem[];
}

/** A child of an integration that is switched off and takes its children along. */
export interface Removal {
  readonly integration: Integration;
  readonly child: KubernetesObject;
}

export interface Creation {
  readonly integration: Integration;
  readonly plan: Plan;
}

export interface NamespaceNeeds {
  readonly needs: readonly RouteNeed[];
  readonly orphans: readonly Orphan[];
  readonly removals: readonly Removal[];
  /** Children of this installation seen here. */
  readonly children: number;
  readonly claims: readonly HostClaim[];
}

export interface ListedRoute {
  readonly description: RouteDescription;
  /** It is being deleted: garbage collection removes its children, and nothing is made for it any more. */
  readonly terminating: boolean;
}

export interface ListedNamespace {
  readonly namespace: string;
  readonly routes: readonly ListedRoute[];
  /** Our labelled children, of every installation; an integration whose list failed is left out. */
  readonly children: ReadonlyMap<Integration, readonly KubernetesObject[]>;
  /** An integration whose dependencies could not be read is left out. */
  readonly dependencies: ReadonlyMap<Integration, Dependencies>;
}

type NeedsContext = Pick<
  ReconcileContext,
  "integrations" | "selector" | keyof Identity | "onOptOut" | "refuseHost" | "now"
>;

interface Finding extends RoutePlan {
  readonly integration: Integration;
}

export function* needsOfNamespace(context: NeedsContext, listed: ListedNamespace): Steps<NamespaceNeeds> {
  const { routes, children, dependencies } = listed;
  const known = new Set(routes.map(({ description }) => routeKey(description.route)));
  const living = unshadowed(
    routes.flatMap(({ description, terminating }) => (terminating ? [] : [description])),
  );
  yield;
  const isReady = readinessOf(context, children);
  const findings: Finding[] = [];
  const orphans: Orphan[] = [];
  const removals: Removal[] = [];
  let count = 0;
  for (const [integration, objects] of children) {
    const mine = objects.filter((child) => isOfInstance(child, context));
    yield;
    count += mine.length;
    if (integration.removesAll === true) {
      const isLeft = leftToFormer(
        routes.map(({ description }) => description),
        context,
      );
      const going = mine.filter((child) => isLiving(child) && !isLeft(child));
      removals.push(...going.map((child) => ({ integration, child: withoutManagers(child) })));
      continue;
    }
    const given = dependencies.get(integration);
    if (given === undefined) continue;
    const setting = settingIn(context, listed.namespace, given, (route) => isReady(integration, route));
    for (const plan of yield* planNamespace(integration, living, objects, setting))
      findings.push({ ...plan, integration });
    orphans.push(...mine.flatMap((child) => orphanOf(integration, child, known)));
  }
  const claims = yield* claimsOf(context, living, children);
  return { needs: needsOf(context, living, findings), orphans, removals, children: count, claims };
}

/** Whether what other integrations make for a route is ready; looked up only for those that wait. */
function readinessOf(context: NeedsContext, children: ListedNamespace["children"]) {
  const owned = new Map<Integration, ReturnType<typeof byOwner<KubernetesObject>>>();
  const childrenOf = (integration: Integration, { route }: RouteDescription) => {
    const known = owned.get(integration) ?? byOwner(children.get(integration) ?? [], (child) => child);
    owned.set(integration, known);
    return known.get(routeKey(route)) ?? [];
  };
  return (integration: Integration, description: RouteDescription): boolean =>
    !integration.waitsForOthers ||
    context.integrations.every(
      (other) =>
        other === integration || isReadyFor(context, other, description, childrenOf(other, description)),
    );
}

function needsOf(
  { selector }: NeedsContext,
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
    return own.length === 0 && plans.length === 0 ? [] : [needOf(selector, description, own, plans)];
  });
}

function needOf(
  selector: NeedsContext["selector"],
  description: RouteDescription,
  own: readonly Problem[],
  findings: readonly Finding[],
): RouteNeed {
  const actions = findings.map(({ plan }) => plan.step.action);
  const due = findings.flatMap(({ integration, plan: { step, problems } }) =>
    step.action === "delete" ? [{ integration, description, child: step.live, problems }] : [],
  );
  return {
    description,
    creations: findings.filter(({ plan }) => plan.step.action === "create"),
    changes: actions.includes("update") || actions.includes("delete"),
    deletes: due.length,
    configured: due.filter((deletion) => mayBeConfigured(deletion, selector)).length,
    readsAll: findings.some(({ readsAll }) => readsAll),
    readsNames: findings.some(({ readsNames }) => readsNames),
    problems: [
      ...own,
      ...findings.flatMap(({ plan }) => (plan.step.action === "create" ? [] : plan.problems)),
    ],
  };
}

function orphanOf(integration: Integration, child: KubernetesObject, known: ReadonlySet<string>): Orphan[] {
  if (!isLiving(child)) return [];
  const owners = owningRoutes(child);
  return owners.some((owner) => known.has(routeKey(owner))) ? [] : [{ integration, child, owners }];
}
