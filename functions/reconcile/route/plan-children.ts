/**
 * Reads what the planner asks for, until it can plan one integration's children of one route.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { routeKinds } from "../../traefik/resources.ts";
import { type RouteDescription, type RouteReference, routeKey } from "../../traefik/route-description.ts";
import { allChildren, childrenOf, mattersTo } from "../observe/children.ts";
import { withoutClaimedHosts } from "../observe/host-claims.ts";
import { areOthersReady } from "../observe/readiness.ts";
import type { NamespaceView } from "../observe/view.ts";
import { isSharing, type SharingIntegration } from "../plan/namespace-index.ts";
import { mayFollow } from "../plan/old-lists.ts";
import { isOfInstance, isOwnedBy, owningRoutes } from "../plan/ownership.ts";
import type { Plan } from "../plan/plan.ts";
import { type Observed, type Planned, planRoute, type Subject, settingIn } from "../plan/planner.ts";
import type { ReconcileContext } from "./context.ts";

export interface PlanOptions {
  readonly readsAll: boolean;
  /** The same, of routes that share a name and no child. */
  readonly readsNames: boolean;
  /** Hosts of other namespaces are refused at once. */
  readonly checksClaims: boolean;
}

export interface PlannedChildren {
  readonly plans: readonly Plan[];
  /** Routes whose children no longer fit, and are to be reconciled next. */
  readonly partners: readonly RouteReference[];
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
  options: PlanOptions,
): Promise<PlannedChildren> {
  const [dependencies, children, othersReady] = await Promise.all([
    view.dependencies(integration),
    childrenOf(view, integration, route),
    areOthersReady(context, view, integration, description),
  ]);
  const notReady = new Set(othersReady ? [] : [description]);
  const setting = settingIn(context, route.namespace, dependencies, (of) => !notReady.has(of));
  const { readsAll, readsNames, checksClaims } = options;
  const subject: Subject = { route, description, readsAll, readsNames };
  const wanted = requestedBy(integration, description);
  let observed: Observed = { children, hasLabelled: false, hasAllChildren: false, routes: null };
  const leaves = wanted !== null && hasOnlyOthers(integration, route, wanted, children);
  // What leaves removes, for which these lists are never enough.
  if (leaves && view.hasOldLists) return { plans: [], partners: [], usedLists: true, needsNewLists: true };
  // Who else has part in what it leaves is asked next, whatever the children say.
  if (leaves) view.routes().catch(() => undefined);
  while (true) {
    const planned = planRoute(integration, subject, observed, setting);
    if ("plans" in planned) return checkOldLists(context, view, integration, subject, observed, planned);
    switch (planned.missing) {
      case "labelled":
        observed = { ...observed, children: await view.childrenByLabel(integration), hasLabelled: true };
        break;
      case "children": {
        const all = await allChildren(view, integration, route, wanted);
        observed = { ...observed, children: all, hasAllChildren: true };
        break;
      }
      case "routes": {
        const routes = await claimingRoutes(
          context,
          view,
          integration,
          subject,
          observed.children,
          checksClaims,
        );
        for (const other of await notReadyAmong(context, view, integration, routes)) notReady.add(other);
        observed = { ...observed, routes };
      }
    }
  }
}

/** What the route names of what can be shared; null where nothing, or where it is gone. */
function requestedBy({ sharedResource }: Integration, description: RouteDescription | null): string | null {
  return description === null ? null : (sharedResource?.requestedBy(description) ?? null);
}

/** Whether the route has children, and none of them has what it names now. */
function hasOnlyOthers(
  { sharedResource }: Integration,
  route: RouteReference,
  wanted: string,
  children: readonly KubernetesObject[],
): boolean {
  const own = children.filter((child) => isOwnedBy(child, route));
  return own.length > 0 && own.every(({ spec }) => sharedResource?.of(spec) !== wanted);
}

/** Whether the plans may follow from the lists they rest on, where those may be behind. */
async function checkOldLists(
  { selector }: ReconcileContext,
  view: NamespaceView,
  integration: Integration,
  subject: Subject,
  { children, hasAllChildren, hasLabelled, routes }: Observed,
  { plans, partners }: Extract<Planned, { plans: unknown }>,
): Promise<PlannedChildren> {
  const usedLists = hasAllChildren;
  const hasOldLists = view.hasOldLists && (isSharing(integration) || usedLists || hasLabelled === true);
  if (!hasOldLists) return { plans, partners, usedLists, needsNewLists: false };
  const isUnchanged = (await view.route(subject.route))?.metadata.generation === 1;
  const made = { plans, children, usedLists, isUnchanged };
  // What several routes say of one name follows from all of them.
  const sharesNames = !isSharing(integration) && (routes !== null || hasLabelled === true);
  return {
    plans,
    partners,
    usedLists,
    needsNewLists: sharesNames || !mayFollow(integration, subject, made, selector),
  };
}

/** The routes whose names wait for children of other integrations. */
async function notReadyAmong(
  context: ReconcileContext,
  view: NamespaceView,
  integration: Integration,
  routes: readonly RouteDescription[],
): Promise<readonly RouteDescription[]> {
  if (!integration.waitsForOthers) return [];
  const ready = await Promise.all(routes.map((one) => areOthersReady(context, view, integration, one)));
  return routes.filter((_, index) => ready[index] === false);
}

/** The routes of the namespace, without hosts that other namespaces hold where that is asked for at once. */
async function claimingRoutes(
  context: ReconcileContext,
  view: NamespaceView,
  integration: Integration,
  { route, description }: Subject,
  children: readonly KubernetesObject[],
  checksClaims: boolean,
): Promise<readonly RouteDescription[]> {
  const listed = await (isSharing(integration)
    ? sharingRoutes(context, view, integration, route, description, children)
    : view.namedRoutes());
  const routes = view.hasOldLists
    ? [...listed.filter(isOther(route)), ...(description === null ? [] : [description])]
    : listed;
  if (!checksClaims) return routes;
  return withoutClaimedHosts(
    context,
    routes,
    children.filter((child) => isOfInstance(child, context)),
  );
}

/** More owners are listed with all routes of the namespace. */
const MAX_OWNERS = 10;

/**
 * The routes that may share a child with this one. Where the list of them may be behind anyway, those that have a part
 * in what the route has or names do: what follows from them alone adds, and others have events of their own.
 */
async function sharingRoutes(
  { selector }: ReconcileContext,
  view: NamespaceView,
  integration: SharingIntegration,
  route: RouteReference,
  description: RouteDescription | null,
  children: readonly KubernetesObject[],
): Promise<readonly RouteDescription[]> {
  // A namesake of another group, which nobody names, may go before an owner.
  if (!view.hasOldLists || selector.legacyGroup) return view.routes();
  const owners = new Map(
    children
      .filter(mattersTo(integration, route, requestedBy(integration, description)))
      .flatMap(owningRoutes)
      .map((owner) => [routeKey(owner), owner]),
  );
  if (owners.size > MAX_OWNERS) return view.routes();
  const kinds = routeKinds({ ...selector, udp: false });
  const isRead = (owner: RouteReference) =>
    kinds.some(({ kind, group }) => kind === owner.kind && group === owner.group);
  return view.routesNamed([...owners.values()].filter(isRead));
}

function isOther({ group, kind, name }: RouteReference): (description: RouteDescription) => boolean {
  return ({ route }) => route.name !== name || route.kind !== kind || route.group !== group;
}
