/**
 * Reconciles one route: observe, plan, apply, verify, record. Level-triggered: whatever the event said, only what the
 * API server answers now counts.
 *
 * @module
 */

import type { Integration } from "../../integrations/integration.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { type Applied, applyPlans, type Written } from "../apply/apply.ts";
import { reportError } from "../apply/error-report.ts";
import {
  type Change,
  CONFLICT,
  mergeRouteReports,
  NOTHING_TO_DO,
  type Report,
  reportProblems,
  reportRetry,
} from "../apply/report.ts";
import type { Creations } from "../apply/verified.ts";
import { verify } from "../apply/verify.ts";
import { cachedReads } from "../observe/cached-reads.ts";
import { NamespaceView, type Reads } from "../observe/view.ts";
import { mayBeConfigured } from "../plan/deletion-cause.ts";
import { isSelected } from "../plan/opt-out.ts";
import type { Plan } from "../plan/plan.ts";
import { shadowed } from "../plan/shadowed.ts";
import type { ReconcileContext } from "./context.ts";
import { type ObserveOptions, observeRoute, type Seen } from "./observe-route.ts";
import { planChildren } from "./plan-children.ts";

/** How often a conflict with another writer is answered by observing again before the sender is asked to wait. */
const MAX_OBSERVATIONS = 5;

/** `seen`, `seenChild` and `isNew` are for the first look only. */
export interface RouteOptions extends ObserveOptions {
  /** Only these, where not all are concerned. */
  readonly integrations?: readonly Integration[];
  /** Deletions that do not happen now: all of them, or those that may come of the configuration. Unset: none. */
  readonly blocksDeletions?: "all" | "configured" | undefined;
  /** What is reported on the route where a deletion is blocked; null where that is reported by the resync. */
  readonly blockedProblem?: Problem | null;
  /** Several routes or children are known to be concerned, which the route alone may not show. */
  readonly readsAll?: boolean;
  /** The same, of routes that share a name and no child. */
  readonly readsNames?: boolean;
  /** Reads that the routes of a batch have in common, for the first look; what they cannot answer is read live. */
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
  let asked = { ...options, isNew: options.isNew ?? options.hint === "add" };
  let source = firstSource(context, options);
  for (let attempt = 0; attempt < MAX_OBSERVATIONS; attempt++) {
    const { report, isContested, sharesNames } = await attemptRoute(context, route, asked, source);
    changes.push(...report.changes);
    // What an earlier attempt has written concerns them too, though its traces may be gone.
    partners.push(...report.partners);
    if (!report.conflict) return { ...report, changes, partners };
    const { seen, seenChild, readsAll = false, readsNames = false, ...rest } = asked;
    const known = { readsAll: readsAll || isContested, readsNames: readsNames || sharesNames };
    asked = { ...rest, ...known, isNew: false };
    source = { reads: context.client, lists: "live" };
  }
  return { ...reportRetry("other writers were faster each time"), changes, partners };
}

/** What an attempt reads; its lists are those of a batch of routes, or come from the API server's cache. */
interface Source {
  readonly reads: Reads;
  readonly lists: "live" | "shared" | "cache";
}

/** The first look at what a route's event asks for may use lists that are behind, unless it is likely to remove. */
function firstSource(
  { client, hostClaims, integrations }: ReconcileContext,
  { sharedReads, hint, readsAll = false }: RouteOptions,
): Source {
  if (sharedReads !== undefined) return { reads: sharedReads, lists: "shared" };
  const mayLag = hint === "add" || hint === "update";
  // Whether a child is ready is known from live reads alone.
  const waits = integrations.some(({ waitsForOthers }) => waitsForOthers);
  return mayLag && !readsAll && hostClaims !== "strict" && !waits
    ? { reads: cachedReads(client), lists: "cache" }
    : { reads: client, lists: "live" };
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
  { reads, lists }: Source,
): Promise<Attempt> {
  const { integrations = context.integrations } = options;
  const view = new NamespaceView(context, reads, route.namespace, lists === "cache");
  const creations = context.verified.begin(context.execute);
  const writing = { ...context, execute: creations.execute };
  try {
    const seen = await observeRoute(context, view, route, integrations, options);
    if (seen === null) return uncontested(NOTHING_TO_DO);
    const { description, admitted, isShadowed } = seen;
    if (description !== null && isShadowed) {
      const report = reportProblems([shadowed(description)]);
      await record(context, description, report);
      return uncontested(report);
    }
    const applied = await Promise.all(
      integrations.map((integration) =>
        reconcileChildren(writing, view, integration, seen, options, lists === "shared"),
      ),
    );
    const written = applied.flatMap((each) => each.written);
    const counts = admitted !== null && isSelected(admitted, context.selector);
    const done = mergeRouteReports([
      counts ? reportProblems(admitted.problems) : NOTHING_TO_DO,
      ...applied.map(({ report }) => report),
    ]);
    // Events come after the children and never change the answer.
    const [checked] = await Promise.all([
      checkWrites(context, view, seen, written, creations),
      record(context, admitted, { changes: done.changes, problems: [] }),
    ]);
    const report = mergeRouteReports([done, checked.report]);
    // A conflict is reported once it is resolved.
    if (!report.conflict) await record(context, admitted, { changes: [], problems: report.problems });
    return { ...checked, report };
  } catch (error) {
    return uncontested(reportError(error, `${route.kind} ${route.name}`));
  } finally {
    creations.end([]);
  }
}

function uncontested(report: Report): Attempt {
  return { report, isContested: false, sharesNames: false };
}

/** Records Events on the route; of one that is gone there is nothing to record. */
async function record(
  { events }: ReconcileContext,
  description: RouteDescription | null,
  { changes, problems }: Pick<Report, "changes" | "problems">,
): Promise<void> {
  if (description !== null) await events.record(description, changes, problems);
}

/** One integration of one route; its errors stay its own. */
async function reconcileChildren(
  context: ReconcileContext,
  view: NamespaceView,
  integration: Integration,
  { route, admitted, checksClaims, assumed }: Seen,
  options: RouteOptions,
  isShared: boolean,
): Promise<Applied> {
  const { readsAll = false, readsNames = false } = options;
  try {
    const planning = () =>
      planChildren(context, view, integration, route, admitted, { readsAll, readsNames, checksClaims });
    const planned = await (context.observer?.planning(integration.name, planning) ?? planning());
    const { plans, partners, usedLists, needsNewLists } = planned;
    const actions = plans.map(({ step }) => step.action);
    const removes = actions.includes("update") || actions.includes("delete");
    // A create or an update shows whether a child that was taken to be absent is so.
    const isShown =
      actions.length > 0 && actions.every((action) => action === "create" || action === "update");
    const wasAssumed = assumed.includes(integration) && !isShown;
    // What removes rests on lists that nobody else has read for another purpose.
    const restsOnShared = usedLists && removes && isShared;
    if (needsNewLists || wasAssumed || restsOnShared) return { report: CONFLICT, written: [] };
    const { report, written } = await applyPlans(context, integration, route.namespace, plans, (plan) =>
      blockedReport(context, integration, admitted, plan, options),
    );
    // In mode observe no write has shown whether it is there.
    const isUnseen = assumed.includes(integration) && written.length < report.changes.length;
    if (isUnseen) return { report: CONFLICT, written: [] };
    return { report: { ...report, partners }, written };
  } catch (error) {
    return { report: reportError(error, integration.name), written: [] };
  }
}

/**
 * What was written must still be right afterwards, or everything is looked at again. Tells those that wait for the events
 * of what was made.
 */
async function checkWrites(
  context: ReconcileContext,
  view: NamespaceView,
  { route, description }: Seen,
  written: readonly Written[],
  creations: Creations,
): Promise<Attempt> {
  try {
    if (written.length === 0) return uncontested(NOTHING_TO_DO);
    const verdict = await verify(context, context.client, view, description, written);
    const { isCurrent, isContested, sharesNames } = verdict;
    if (!isCurrent || isContested || sharesNames) return { ...verdict, report: CONFLICT };
    const objects = written.map(({ object }) => object);
    context.verified.add(objects);
    creations.end(objects);
    return { ...verdict, report: NOTHING_TO_DO };
  } catch (error) {
    return uncontested(reportError(error, `${route.kind} ${route.name}`));
  } finally {
    creations.end([]);
  }
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
