/**
 * Reads what the planner asks for, until it can plan one integration's children of one route.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { allChildren, childrenOf } from "../observe/children.ts";
import { withoutClaimedHosts } from "../observe/host-claims.ts";
import { areOthersReady } from "../observe/readiness.ts";
import type { NamespaceView } from "../observe/view.ts";
import { rfc3339 } from "../plan/hosts-since.ts";
import { mayFollow } from "../plan/old-lists.ts";
import { isOfInstance } from "../plan/ownership.ts";
import type { Plan } from "../plan/plan.ts";
import { type Observed, type PlannerSetting, planRoute, type Subject } from "../plan/planner.ts";
import type { ReconcileContext } from "./context.ts";

export interface PlanOptions {
  readonly readsAll: boolean;
  /** Hosts of other namespaces are refused at once. */
  readonly checksClaims: boolean;
}

export interface PlannedChildren {
  readonly plans: readonly Plan[];
  /** They rest on all objects of the kind, which were listed. */
  readonly usedLists: boolean;
  /** The lists were behind, or may have been, and something else might follow from newer ones. */
  readonly needsNewLists: boolean;
}

/** `description` is the route as it counts, without what it may not claim; null where it is gone. */
export async function planChildren(
  context: ReconcileContext,
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  description: RouteDescription | null,
  { readsAll, checksClaims }: PlanOptions,
): Promise<PlannedChildren> {
  const { instance, onOptOut, refuseHost, selector } = context;
  const [dependencies, children, othersReady] = await Promise.all([
    view.dependencies(integration),
    childrenOf(view, integration, route),
    areOthersReady(context, view, integration, description),
  ]);
  const refuseName = (name: string) => refuseHost(route.namespace, name);
  const mayName = (host: string) => refuseName(host) === null;
  const setting: PlannerSetting = {
    instance,
    onOptOut,
    selector,
    now: rfc3339(context.now()),
    facts: { dependencies, mayName, refuseName, othersReady },
  };
  const subject: Subject = { route, description, readsAll };
  const wanted = description === null ? null : (integration.claim?.wantedBy(description) ?? null);
  let observed: Observed = { children, hasAllChildren: false, routes: null };
  while (true) {
    const planned = planRoute(integration, subject, observed, setting);
    if ("plans" in planned) {
      const { plans } = planned;
      const usedLists = observed.hasAllChildren;
      const isUnchanged = (await view.route(route))?.metadata.generation === 1;
      const judged = { plans, children: observed.children, usedLists, isUnchanged };
      const needsNewLists = view.hasOldLists && !mayFollow(integration, subject, judged, selector);
      return { plans, usedLists, needsNewLists };
    }
    observed =
      planned.missing === "children"
        ? {
            ...observed,
            children: await allChildren(view, integration, route, wanted),
            hasAllChildren: true,
          }
        : {
            ...observed,
            routes: await claimingRoutes(context, view, subject, observed.children, checksClaims),
          };
  }
}

/** The routes of the namespace, without hosts that other namespaces hold where that is asked for at once. */
async function claimingRoutes(
  context: ReconcileContext,
  view: NamespaceView,
  { route, description }: Subject,
  children: readonly KubernetesObject[],
  checksClaims: boolean,
): Promise<readonly RouteDescription[]> {
  const listed = await view.routes();
  const routes = view.hasOldLists
    ? [...listed.filter(isOther(route)), ...(description === null ? [] : [description])]
    : listed;
  if (!checksClaims) return routes;
  return withoutClaimedHosts(
    context,
    routes,
    children.filter((child) => isOfInstance(child, context.instance)),
  );
}

function isOther({ group, kind, name }: RouteReference): (description: RouteDescription) => boolean {
  return ({ route }) => route.name !== name || route.kind !== kind || route.group !== group;
}
