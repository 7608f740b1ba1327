/**
 * What is seen of one route before its children are planned: the route as it counts, and what the planning is likely to
 * ask for, read ahead.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { isLiving, type KubernetesObject } from "../../kubernetes/objects.ts";
import { LEGACY_GROUP, ROUTE_GROUP } from "../../traefik/resources.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import type { ChangeHint } from "../../work.ts";
import { childrenOf, showsChild } from "../observe/children.ts";
import { describeRoute } from "../observe/describe.ts";
import { hasAllHosts, withoutClaimedHosts } from "../observe/host-claims.ts";
import type { NamespaceView } from "../observe/view.ts";
import { mayHaveChild } from "../plan/members.ts";
import { isSharing } from "../plan/namespace-index.ts";
import { isSelected } from "../plan/opt-out.ts";
import { isOfInstance, isOwnedBy } from "../plan/ownership.ts";
import type { ReconcileContext } from "./context.ts";

export interface ObserveOptions {
  readonly hint: ChangeHint | null;
  /** Other namespaces' hosts are refused at once, though `hostClaims` is not `strict`. */
  readonly checksClaims?: boolean;
  /** The route as it was just seen: it need not be read. */
  readonly seen?: KubernetesObject;
  /** It has only just been made: it may be taken that nothing has the names of its children. */
  readonly isNew?: boolean;
  /** A child of the one integration that is concerned, which need not be read again. */
  readonly seenChild?: SeenChild;
}

export interface SeenChild {
  readonly integration: Integration;
  readonly child: KubernetesObject;
  /** All objects of its kind in the namespace, as lists that may be behind show them; null where they were not read. */
  readonly listed: readonly KubernetesObject[] | null;
}

/** What was seen of the route before its children are planned. */
export interface Seen {
  readonly route: RouteReference;
  /** As its text and its namespace say; null where the route is gone. */
  readonly description: RouteDescription | null;
  /** The same without hosts that other namespaces hold, where that is asked for at once. */
  readonly admitted: RouteDescription | null;
  /** Whether other namespaces' hosts are refused at once. */
  readonly checksClaims: boolean;
  /** The route of its name in the current group goes first. */
  readonly isShadowed: boolean;
  /** Integrations whose child is taken to be absent: a write tells whether it is, for it creates or fails. */
  readonly assumed: readonly Integration[];
}

/**
 * Everything that one route's reconcile needs is asked for side by side, in one round trip: the source waits for each
 * answer, and this latency is its throughput. Null where the route is being deleted: garbage collection removes its
 * children.
 */
export async function observeRoute(
  context: ReconcileContext,
  view: NamespaceView,
  route: RouteReference,
  integrations: readonly Integration[],
  options: ObserveOptions,
): Promise<Seen | null> {
  const { hint, seen, seenChild, isNew = false } = options;
  if (seen !== undefined) view.hasSeen(route, seen);
  if (seenChild !== undefined) {
    const { integration, child, listed } = seenChild;
    view.hasSeenChild(integration, child);
    if (listed !== null && view.hasOldLists) view.hasListed(integration, listed);
  }
  for (const integration of integrations) readAhead(view, integration, route, options);
  // A route that is gone needs no annotations of its namespace.
  if (hint !== "delete") view.annotations();
  const [object, current] = await Promise.all([
    view.route(route),
    route.group === LEGACY_GROUP ? view.route({ ...route, group: ROUTE_GROUP }) : null,
  ]);
  const isShadowed = current !== null;
  if (object === null) {
    return { route, description: null, admitted: null, checksClaims: false, isShadowed, assumed: [] };
  }
  if (!isLiving(object)) return null;
  const description = await describeRoute(context, object, await view.annotations());
  const wants = (integration: Integration) => wantsChild(context, integration, description);
  const isFirst = isNew && !isEdited(object);
  if (isFirst && view.hasOldLists) {
    // What it has under another name comes of what it was before, and there is another event of that.
    for (const integration of integrations.filter(isSharing)) view.assumeUnlabelled(integration);
  }
  const mayAssume = isFirst && !(await showsChildren(view, integrations, description));
  const assumed = mayAssume ? integrations.filter(wants) : [];
  for (const integration of assumed) view.assumeAbsent(integration, integration.childName(route));
  const unchecked = { route, description, admitted: description, checksClaims: false, isShadowed, assumed };
  if (context.hostClaims === "off" || !isSelected(description, context.selector)) return unchecked;
  const isAsked = context.hostClaims === "strict" || options.checksClaims === true;
  if (!isAsked && !isEdited(object)) return unchecked;
  const own = await ownChildren(context, view, integrations, route);
  // An edited route without a child may have lost it for its hosts in a resync, and must not get it back by each edit.
  const mayHaveLost = own.length === 0 && integrations.some(wants);
  if (!isAsked && !mayHaveLost) return unchecked;
  // What the children of the others have counts as well, and is cheaper to ask for than all claims of the cluster.
  const others = context.integrations.filter((each) => !integrations.includes(each));
  const isOwn = others.length === 0 || hasAllHosts(context, description, own);
  const all = isOwn ? own : [...own, ...(await ownChildren(context, view, others, route))];
  const [admitted = description] = await withoutClaimedHosts(context, [description], all);
  return { ...unchecked, admitted, checksClaims: true };
}

function readAhead(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  { hint, isNew }: ObserveOptions,
): void {
  if (isNew !== true) view.child(integration, integration.childName(route));
  view.dependencies(integration);
  if (!isSharing(integration)) return;
  const isAdded = hint === "add";
  // A new route most likely makes its child, and then must know who else names the same shared resource.
  if (isAdded && view.hasOldLists) view.acquired(integration);
  else if (isAdded) view.children(integration);
  if (!isAdded || !view.hasOldLists) view.childrenByLabel(integration);
}

/** Whether what is listed anyway shows that the route has had its event before. */
async function showsChildren(
  view: NamespaceView,
  integrations: readonly Integration[],
  description: RouteDescription,
): Promise<boolean> {
  // Whoever plans with the list sees the error.
  const shown = integrations
    .filter(isSharing)
    .map((integration) => showsChild(view, integration, description).catch(() => false));
  return (await Promise.all(shown)).some(Boolean);
}

function wantsChild(
  { selector }: ReconcileContext,
  { name, sharedResource }: Integration,
  route: RouteDescription,
): boolean {
  return (
    mayHaveChild(route, selector, name) &&
    (sharedResource === null || sharedResource.requestedBy(route) !== null)
  );
}

/** Whether the object was written again since it was made. */
function isEdited({ metadata }: KubernetesObject): boolean {
  const { generation = 1, creationTimestamp = "", managedFields = [] } = metadata;
  return generation > 1 || managedFields.some(({ time = "" }) => time > creationTimestamp);
}

/** Those that can be read. */
async function ownChildren(
  context: ReconcileContext,
  view: NamespaceView,
  integrations: readonly Integration[],
  route: RouteReference,
): Promise<readonly KubernetesObject[]> {
  const children = await Promise.all(
    integrations.map((integration) => childrenOf(view, integration, route).catch(() => [])),
  );
  return children.flat().filter((child) => isOfInstance(child, context) && isOwnedBy(child, route));
}
