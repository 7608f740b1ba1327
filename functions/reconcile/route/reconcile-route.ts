/**
 * Reconciles one route: observe, describe, plan, apply, verify, record. Level-triggered: whatever the event said, only
 * what the API server answers now counts.
 *
 * @module
 */

import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { LEGACY_GROUP, ROUTE_GROUP } from "../../traefik/resources.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import type { ChangeHint } from "../../work.ts";
import { type Applied, applyPlans } from "../apply/apply.ts";
import { reporting } from "../apply/error-report.ts";
import {
  type Change,
  CONFLICT,
  mergeRouteReports,
  NOTHING_TO_DO,
  type Report,
  reportProblems,
  reportRetry,
} from "../apply/report.ts";
import { verify } from "../apply/verify.ts";
import { cachedReads } from "../observe/cached-reads.ts";
import { childrenOf } from "../observe/children.ts";
import { describeRoute } from "../observe/describe.ts";
import { hasAllHosts, withoutClaimedHosts } from "../observe/host-claims.ts";
import { NamespaceView, type Reads } from "../observe/view.ts";
import { mayBeConfigured } from "../plan/deletion-cause.ts";
import { mayHaveChild } from "../plan/members.ts";
import { isSharing } from "../plan/namespace-index.ts";
import { isSelected } from "../plan/opt-out.ts";
import { isOfInstance, isOwnedBy } from "../plan/ownership.ts";
import type { Plan } from "../plan/plan.ts";
import { shadowed } from "../plan/shadowed.ts";
import type { ReconcileContext } from "./context.ts";
import { planChildren } from "./plan-children.ts";

/** How often a conflict with another writer is answered by observing again before the sender is asked to wait. */
const MAX_OBSERVATIONS = 5;

export interface RouteOptions {
  readonly hint: ChangeHint | null;
  /** Only these, where not all are concerned. */
  readonly integrations?: readonly Integration[];
  /** A child of the one integration that is concerned, which the first look need not read again. */
  readonly seenChild?: SeenChild;
  /** Deletions that do not happen now: all of them, or those that may come of the configuration. Unset: none. */
  readonly blocksDeletions?: "all" | "configured" | undefined;
  /** What is reported on the route where a deletion is blocked; null where that is reported by the resync. */
  readonly blockedProblem?: Problem | null;
  /** Several routes or children are known to be concerned, which the route alone may not show. */
  readonly readsAll?: boolean;
  /** The same, of routes that share a name and no child. */
  readonly readsNames?: boolean;
  /** Other namespaces' hosts are refused at once, though `hostClaims` is not `strict`. */
  readonly checksClaims?: boolean;
  /** The route as it was just seen: the first look need not read it. */
  readonly seen?: KubernetesObject;
  /** It has only just been made: the first look may take it that nothing has the names of its children. */
  readonly isNew?: boolean;
  /** Reads that the routes of a batch have in common, for the first look; what they cannot answer is read live. */
  readonly sharedReads?: Reads;
}

export interface SeenChild {
  readonly integration: Integration;
  readonly child: KubernetesObject;
  /** All objects of its kind in the namespace, as lists that may be behind show them; null where they were not read. */
  readonly listed: readonly KubernetesObject[] | null;
}

/** Brings the children of one route to what the route and the configuration say. Never throws for API errors. */
export async function reconcileRoute(
  context: ReconcileContext,
  route: RouteReference,
  options: RouteOptions,
): Promise<Report> {
  const changes: Change[] = [];
  const partners: RouteReference[] = [];
  let { readsAll = false, readsNames = false } = options;
  let lists = listsOf(context, options);
  for (let attempt = 0; attempt < MAX_OBSERVATIONS; attempt++) {
    const { seen, seenChild, isNew = options.hint === "add", ...rest } = options;
    const asked = attempt === 0 ? { ...options, isNew } : { ...rest, readsAll, readsNames };
    const { report, isContested, sharesNames } = await attemptRoute(context, route, asked, lists);
    changes.push(...report.changes);
    // What an earlier attempt has written concerns them too, though its traces may be gone.
    partners.push(...report.partners);
    if (!report.conflict) return { ...report, changes, partners };
    readsAll ||= isContested;
    readsNames ||= sharesNames;
    lists = "live";
  }
  return { ...reportRetry("other writers were faster each time"), changes, partners };
}

/** Where the lists of an attempt come from: `shared` with the routes of a batch, or the API server's `cache`. */
type Lists = "live" | "shared" | "cache";

/** The first look at what a route's event asks for may use lists that are behind, unless it is likely to remove. */
function listsOf(context: ReconcileContext, { sharedReads, hint, readsAll }: RouteOptions): Lists {
  if (sharedReads !== undefined) return "shared";
  const mayLag = hint === "add" || hint === "update";
  const isStrict = context.hostClaims === "strict";
  // Whether a child is ready is known from live reads alone.
  const waits = context.integrations.some(({ waitsForOthers }) => waitsForOthers);
  return mayLag && readsAll !== true && !isStrict && !waits ? "cache" : "live";
}

function readsOf({ client }: ReconcileContext, { sharedReads }: RouteOptions, lists: Lists): Reads {
  if (lists === "live") return client;
  return lists === "cache" ? cachedReads(client) : (sharedReads ?? client);
}

interface Attempt {
  readonly report: Report;
  /** Another object holds what a child of the route has acquired. */
  readonly isContested: boolean;
  /** Another child says something else of a name that a child of the route has acquired. */
  readonly sharesNames: boolean;
}

async function attemptRoute(
  context: ReconcileContext,
  route: RouteReference,
  options: RouteOptions,
  lists: Lists,
): Promise<Attempt> {
  const hasOldLists = lists === "cache";
  const view = new NamespaceView(context, readsOf(context, options, lists), route.namespace, hasOldLists);
  let isContested = false;
  let sharesNames = false;
  const creations = context.verified.begin(context.execute);
  let verified: readonly KubernetesObject[] = [];
  const report = await reporting(`${route.kind} ${route.name}`, async () => {
    const seen = await observe(context, view, route, options);
    if (seen === null) return NOTHING_TO_DO;
    const { description, admitted } = seen;
    if (description !== null && seen.isShadowed) {
      const report = reportProblems([shadowed(description)]);
      await context.events.record(description, [], report.problems);
      return report;
    }
    const integrations = options.integrations ?? context.integrations;
    const applied = await Promise.all(
      integrations.map((integration) =>
        reconcileChildren({ ...context, execute: creations.execute }, view, integration, seen, {
          ...options,
          isShared: lists === "shared",
        }),
      ),
    );
    const own =
      admitted !== null && isSelected(admitted, context.selector)
        ? reportProblems(admitted.problems)
        : NOTHING_TO_DO;
    // Events come after the children and never change the answer.
    const record = async (changes: readonly Change[], problems: readonly Problem[]) => {
      if (admitted !== null) await context.events.record(admitted, changes, problems);
    };
    const written = applied.flatMap((each) => each.written).filter(({ object }) => object !== null);
    const check = () =>
      reporting(`${route.kind} ${route.name}`, async () => {
        const verdict = await verify(context, context.client, view, description, written);
        ({ isContested, sharesNames } = verdict);
        if (isContested || sharesNames || !verdict.isCurrent) return CONFLICT;
        verified = written.flatMap(({ object }) => object ?? []);
        context.verified.add(verified);
        return NOTHING_TO_DO;
      });
    const [checked] = await Promise.all([
      (written.length === 0 ? Promise.resolve(NOTHING_TO_DO) : check()).finally(() =>
        creations.end(verified),
      ),
      record(
        applied.flatMap(({ report }) => report.changes),
        [],
      ),
    ]);
    const report = mergeRouteReports([own, ...applied.map(({ report }) => report), checked]);
    // A conflict is reported once it is resolved.
    await record([], report.conflict ? [] : report.problems);
    return report;
  }).finally(() => creations.end(verified));
  return { report, isContested, sharesNames };
}

/** What was seen of the route before its children are planned. */
interface Seen {
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
  readonly assumed: ReadonlySet<Integration>;
}

/**
 * Everything that one route's reconcile needs is asked for side by side, in one round trip: the source waits for each
 * answer, and this latency is its throughput. Null where the route is being deleted: garbage collection removes its
 * children.
 */
async function observe(
  context: ReconcileContext,
  view: NamespaceView,
  route: RouteReference,
  options: RouteOptions,
): Promise<Seen | null> {
  const integrations = options.integrations ?? context.integrations;
  if (options.seen !== undefined) view.hasSeen(route, options.seen);
  if (options.seenChild !== undefined) {
    const { integration, child, listed } = options.seenChild;
    view.hasSeenChild(integration, child);
    if (listed !== null && view.hasOldLists) view.hasListed(integration, listed);
  }
  for (const integration of integrations) readAhead(view, integration, route, options);
  // A route that is gone needs no annotations of its namespace.
  if (options.hint !== "delete") view.annotations();
  const [object, current] = await Promise.all([
    view.route(route),
    route.group === LEGACY_GROUP ? view.route({ ...route, group: ROUTE_GROUP }) : null,
  ]);
  if (object?.metadata.deletionTimestamp !== undefined) return null;
  const description = object === null ? null : await describeRoute(context, object, await view.annotations());
  const isNew = options.isNew === true && object !== null && !isEdited(object);
  const assumed = new Set(
    description === null || !isNew || (await showsChildren(view, integrations, route))
      ? []
      : integrations.filter((each) => wantsChild(context, each, description)),
  );
  for (const integration of assumed) view.assumeAbsent(integration, integration.childName(route));
  const claims = await withoutClaimed(context, view, { description, object }, options);
  return { route, description, ...claims, isShadowed: current !== null, assumed };
}

function readAhead(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  { hint, isNew }: RouteOptions,
): void {
  if (isNew !== true) view.child(integration, integration.childName(route));
  view.dependencies(integration);
  if (!isSharing(integration)) return;
  // A new route most likely makes its child, and then must know who else names the same shared resource.
  if (hint === "add") view.children(integration);
  view.childrenByLabel(integration);
}

/** Whether a list that is read anyway shows that the route has had its event before. */
async function showsChildren(
  view: NamespaceView,
  integrations: readonly Integration[],
  route: RouteReference,
): Promise<boolean> {
  // Whoever plans with the list sees the error.
  const lists = await Promise.all(
    integrations.filter(isSharing).map((integration) => view.children(integration).catch(() => [])),
  );
  return lists.flat().some((child) => isOwnedBy(child, route));
}

/** Hosts that another namespace holds are refused at once where that is asked for. */
async function withoutClaimed(
  context: ReconcileContext,
  view: NamespaceView,
  { description, object }: { description: RouteDescription | null; object: KubernetesObject | null },
  options: RouteOptions,
): Promise<Pick<Seen, "admitted" | "checksClaims">> {
  const unchecked = { admitted: description, checksClaims: false };
  if (description === null || object === null || context.hostClaims === "off") return unchecked;
  if (!isSelected(description, context.selector)) return unchecked;
  const isAsked = context.hostClaims === "strict" || options.checksClaims === true;
  if (!isAsked && !isEdited(object)) return unchecked;
  const integrations = options.integrations ?? context.integrations;
  const own = await ownChildren(context, view, integrations, description.route);
  // An edited route without a child may have lost it for its hosts in a resync, and must not get it back by each edit.
  const mayHaveLost = own.length === 0 && integrations.some((each) => wantsChild(context, each, description));
  if (!isAsked && !mayHaveLost) return unchecked;
  // What the children of the others have counts as well, and is cheaper to ask for than all claims of the cluster.
  const others = context.integrations.filter((each) => !integrations.includes(each));
  const isOwn = others.length === 0 || hasAllHosts(context, description, own);
  const all = isOwn ? own : [...own, ...(await ownChildren(context, view, others, description.route))];
  const [admitted = description] = await withoutClaimedHosts(context, [description], all);
  return { admitted, checksClaims: true };
}

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

/** Whether the object was written again since it was made. */
function isEdited({ metadata }: KubernetesObject): boolean {
  const { generation = 1, creationTimestamp = "", managedFields = [] } = metadata;
  return generation > 1 || managedFields.some(({ time = "" }) => time > creationTimestamp);
}

function wantsChild(
  { selector }: ReconcileContext,
  { name, sharedResource }: Integration,
  route: RouteDescription,
) {
  return (
    mayHaveChild(route, selector, name) &&
    (sharedResource === null || sharedResource.requestedBy(route) !== null)
  );
}

/** One integration of one route; its errors stay its own. */
async function reconcileChildren(
  context: ReconcileContext,
  view: NamespaceView,
  integration: Integration,
  seen: Seen,
  options: RouteOptions & { readonly isShared: boolean },
): Promise<Applied> {
  let applied: Applied | null = null;
  const report = await reporting(integration.name, async () => {
    const { readsAll = false, readsNames = false } = options;
    const planning = () =>
      planChildren(context, view, integration, seen.route, seen.admitted, {
        readsAll,
        readsNames,
        checksClaims: seen.checksClaims,
      });
    const { plans, partners, usedLists, needsNewLists } = await (context.observer?.planning(
      integration.name,
      planning,
    ) ?? planning());
    if (needsNewLists) return CONFLICT;
    if (seen.assumed.has(integration) && !(plans.length > 0 && plans.every(({ step }) => isAdded(step))))
      return CONFLICT;
    const removes = plans.some(({ step }) => step.action === "update" || step.action === "delete");
    // What removes rests on lists that nobody else has read for another purpose.
    if (usedLists && removes && options.isShared) return CONFLICT;
    const done = await applyPlans(context, integration, seen.route.namespace, plans, (plan) =>
      blockedReport(context, integration, seen.admitted, plan, options),
    );
    // In mode observe no write has shown whether it is there.
    if (seen.assumed.has(integration) && done.written.some(({ object }) => object === null)) return CONFLICT;
    applied = { ...done, report: { ...done.report, partners } };
    return applied.report;
  });
  return applied ?? { report, written: [] };
}

/** A write that shows whether the object is there. */
function isAdded({ action }: Plan["step"]): boolean {
  return action === "create" || action === "update";
}

/** What is reported instead of a deletion that must not happen now; null where the plan may be executed. */
function blockedReport(
  { selector }: ReconcileContext,
  integration: Integration,
  description: RouteDescription | null,
  { step, problems }: Plan,
  { blocksDeletions, blockedProblem = null }: RouteOptions,
): Report | null {
  if (step.action !== "delete" || blocksDeletions === undefined) return null;
  const due = { integration, description, child: step.live, problems };
  if (blocksDeletions === "configured" && !mayBeConfigured(due, selector)) return null;
  const report = reportProblems(blockedProblem === null ? problems : [...problems, blockedProblem]);
  return blocksDeletions === "all"
    ? { ...report, blocked: 1 }
    : { ...report, deferred: [step.live.metadata.uid ?? ""] };
}
