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
import { describeRoute } from "../observe/describe.ts";
import { withoutClaimedHosts } from "../observe/host-claims.ts";
import { areOthersReady, childrenOf } from "../observe/readiness.ts";
import { NamespaceView, type Reads } from "../observe/view.ts";
import { mayBeConfigured } from "../plan/deletion-cause.ts";
import { rfc3339 } from "../plan/hosts-since.ts";
import { isSharing } from "../plan/namespace-index.ts";
import { isSelected } from "../plan/opt-out.ts";
import { isOfInstance, isOwnedBy } from "../plan/ownership.ts";
import type { Plan } from "../plan/plan.ts";
import { type Observed, type PlannerSetting, planRoute, type Subject } from "../plan/planner.ts";
import { shadowed } from "../plan/shadowed.ts";
import type { ReconcileContext } from "./context.ts";

/** How often a conflict with another writer is answered by observing again before the sender is asked to wait. */
const MAX_OBSERVATIONS = 5;

export interface RouteOptions {
  readonly hint: ChangeHint | null;
  /** Only these, where not all are concerned. */
  readonly integrations?: readonly Integration[];
  /** Deletions that do not happen now: all of them, or those that may come of the configuration. Unset: none. */
  readonly blocksDeletions?: "all" | "configured" | undefined;
  /** What the route is told where a deletion is blocked; null where that is told elsewhere. */
  readonly blockedProblem?: Problem | null;
  /** Several routes or children are known to be concerned, which the route alone may not show. */
  readonly readsAll?: boolean;
  /** The same, of routes that share a name and no child. */
  readonly readsNames?: boolean;
  /** Other namespaces' hosts are refused, as with `hostClaims: strict`. */
  readonly checksClaims?: boolean;
  /** Reads that the routes of a batch have in common, for the first look; what they cannot settle is read live. */
  readonly sharedReads?: Reads;
}

/** Brings the children of one route to what the route and the configuration say. Never throws for API errors. */
export async function reconcileRoute(
  context: ReconcileContext,
  route: RouteReference,
  options: RouteOptions,
): Promise<Report> {
  const changes: Change[] = [];
  const partners: RouteReference[] = [];
  let { readsAll = false, readsNames = false, sharedReads: reads = context.client } = options;
  for (let attempt = 0; attempt < MAX_OBSERVATIONS; attempt++) {
    const asked = { ...options, readsAll, readsNames };
    const { report, isContested, sharesNames } = await attemptRoute(context, route, asked, reads);
    changes.push(...report.changes);
    // What an earlier attempt has written concerns them too, though its traces may be gone.
    partners.push(...report.partners);
    if (!report.conflict) return { ...report, changes, partners };
    readsAll ||= isContested;
    readsNames ||= sharesNames;
    reads = context.client;
  }
  return { ...reportRetry("other writers were faster each time"), changes, partners };
}

interface Attempt {
  readonly report: Report;
  /** Another object holds what a child of the route has taken up. */
  readonly isContested: boolean;
  /** Another child says something else of a name that a child of the route has taken up. */
  readonly sharesNames: boolean;
}

async function attemptRoute(
  context: ReconcileContext,
  route: RouteReference,
  options: RouteOptions,
  reads: Reads,
): Promise<Attempt> {
  const view = new NamespaceView(context, reads, route.namespace);
  const isShared = reads !== context.client;
  let isContested = false;
  let sharesNames = false;
  const report = await reporting(`${route.kind} ${route.name}`, async () => {
    const seen = await observe(context, view, route, options);
    if (seen === null) return NOTHING_TO_DO;
    const { description, told } = seen;
    if (description !== null && seen.isShadowed) {
      return record(context, description, reportProblems([shadowed(description)]));
    }
    const integrations = options.integrations ?? context.integrations;
    const applied = await Promise.all(
      integrations.map((integration) =>
        reconcileChildren(context, view, integration, seen, { ...options, isShared }),
      ),
    );
    const own =
      told !== null && isSelected(told, context.selector) ? reportProblems(told.problems) : NOTHING_TO_DO;
    const written = applied.flatMap((each) => each.written).filter(({ object }) => object !== null);
    const checked =
      written.length === 0
        ? NOTHING_TO_DO
        : await reporting(`${route.kind} ${route.name}`, async () => {
            const verdict = await verify(context, context.client, view, description, written);
            ({ isContested, sharesNames } = verdict);
            if (isContested || sharesNames || !verdict.isCurrent) return CONFLICT;
            context.verified.add(written.flatMap(({ object }) => object ?? []));
            return NOTHING_TO_DO;
          });
    return record(context, told, mergeRouteReports([own, ...applied.map(({ report }) => report), checked]));
  });
  return { report, isContested, sharesNames };
}

/** What was seen of the route before its children are planned. */
interface Seen {
  readonly route: RouteReference;
  /** As its text and its namespace say; null where the route is gone. */
  readonly description: RouteDescription | null;
  /** The same without hosts that other namespaces hold, where that is asked for at once. */
  readonly told: RouteDescription | null;
  /** The route of its name in the current group goes first. */
  readonly isShadowed: boolean;
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
  for (const integration of integrations) readAhead(view, integration, route, options);
  // A route that is gone needs no annotations of its namespace.
  if (options.hint !== "delete") view.annotations();
  const [object, current] = await Promise.all([
    view.route(route),
    route.group === LEGACY_GROUP ? view.route({ ...route, group: ROUTE_GROUP }) : null,
  ]);
  if (object?.metadata.deletionTimestamp !== undefined) return null;
  const description = object === null ? null : await describeRoute(context, object, await view.annotations());
  const told = await withoutClaimed(context, view, description, options);
  return { route, description, told, isShadowed: current !== null };
}

function readAhead(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  { hint }: RouteOptions,
): void {
  view.child(integration, integration.childName(route));
  view.dependencies(integration);
  if (!isSharing(integration)) return;
  view.childrenByLabel(integration);
  // A new route most likely makes its child, and then must know who else claims what it claims.
  if (hint === "add") view.children(integration);
}

/** Hosts that another namespace holds are refused at once where that is asked for. */
async function withoutClaimed(
  context: ReconcileContext,
  view: NamespaceView,
  description: RouteDescription | null,
  options: RouteOptions,
): Promise<RouteDescription | null> {
  if (description === null || !checksClaims(context, options) || !isSelected(description, context.selector)) {
    return description;
  }
  const { route } = description;
  const children = await Promise.all(
    (options.integrations ?? context.integrations).map((integration) =>
      childrenOf(view, integration, route).catch(() => []),
    ),
  );
  const own = children
    .flat()
    .filter((child) => isOfInstance(child, context.instance) && isOwnedBy(child, route));
  const [allowed = description] = await withoutClaimedHosts(context, [description], own);
  return allowed;
}

function checksClaims({ hostClaims }: ReconcileContext, { checksClaims = false }: RouteOptions): boolean {
  return hostClaims === "strict" || (hostClaims === "resync" && checksClaims);
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
    const { plans, partners, usedLists } = await planChildren(context, view, integration, seen, options);
    const removes = plans.some(({ step }) => step.action === "update" || step.action === "delete");
    // What removes rests on lists that nobody else has read for another purpose.
    if (usedLists && removes && options.isShared) return CONFLICT;
    applied = await applyPlans(context, integration, seen.route.namespace, plans, (plan) =>
      blockedReport(context, integration, seen.told, plan, options),
    );
    applied = { ...applied, report: { ...applied.report, partners } };
    return applied.report;
  });
  return applied ?? { report, written: [] };
}

/** What is told instead of a deletion that must not happen now; null where the plan may be carried out. */
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
  const told = reportProblems(blockedProblem === null ? problems : [...problems, blockedProblem]);
  return blocksDeletions === "all"
    ? { ...told, blocked: 1 }
    : { ...told, deferred: [step.live.metadata.uid ?? ""] };
}

interface Plans {
  readonly plans: readonly Plan[];
  readonly partners: readonly RouteReference[];
  readonly usedLists: boolean;
}

async function planChildren(
  context: ReconcileContext,
  view: NamespaceView,
  integration: Integration,
  { route, told: description }: Seen,
  options: RouteOptions,
): Promise<Plans> {
  const { instance, onOptOut, refuseHost, selector } = context;
  const [dependencies, children, othersReady] = await Promise.all([
    view.dependencies(integration),
    childrenOf(view, integration, route),
    areOthersReady(context, view, integration, description),
  ]);
  const refuseName = (name: string) => refuseHost(route.namespace, name);
  const mayName = (host: string) => refuseName(host) === null;
  const notReady = new Set(othersReady ? [] : [description]);
  const settingFor = (of: RouteDescription | null): PlannerSetting => ({
    instance,
    onOptOut,
    selector,
    now: rfc3339(context.now()),
    facts: { dependencies, mayName, refuseName, othersReady: !notReady.has(of) },
  });
  const { readsAll = false, readsNames = false } = options;
  const subject: Subject = { route, description, readsAll, readsNames };
  let observed: Observed = { children, hasLabelled: false, hasAllChildren: false, routes: null };
  while (true) {
    const planned = planRoute(integration, subject, observed, settingFor(description), settingFor);
    if ("plans" in planned) return { ...planned, usedLists: observed.hasAllChildren };
    switch (planned.missing) {
      case "labelled":
        observed = { ...observed, children: await view.childrenByLabel(integration), hasLabelled: true };
        break;
      case "children":
        observed = { ...observed, children: await view.children(integration), hasAllChildren: true };
        break;
      case "routes": {
        const routes = await claimingRoutes(context, view, integration, observed.children, options);
        for (const other of await notReadyAmong(context, view, integration, routes)) notReady.add(other);
        observed = { ...observed, routes };
      }
    }
  }
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
  children: readonly KubernetesObject[],
  options: RouteOptions,
): Promise<readonly RouteDescription[]> {
  const routes = await (isSharing(integration) ? view.routes() : view.namedRoutes());
  if (!checksClaims(context, options)) return routes;
  return withoutClaimedHosts(
    context,
    routes,
    children.filter((child) => isOfInstance(child, context.instance)),
  );
}

/** Events come after the children and never change the answer. A conflict is told once it is settled. */
async function record(
  context: ReconcileContext,
  description: RouteDescription | null,
  report: Report,
): Promise<Report> {
  if (description !== null)
    await context.events.record(description, report.changes, report.conflict ? [] : report.problems);
  return report;
}
