/**
 * From what an event asks for to what is done about it.
 *
 * @module
 */
import type { Integration } from "../integrations/integration.ts";
import type { Outcome } from "../outcome.ts";
import { resourceOfRoute, routeKinds } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";
import { routeKey } from "../traefik/route-description.ts";
import type {
  ChangeHint,
  ChildReference,
  DependencyReference,
  ResyncScope,
  RouteBatch,
  WatchedKinds,
  Work,
} from "../work.ts";
import { reportFinalError } from "./apply/error-report.ts";
import { LaterEvents } from "./apply/later-events.ts";
import { mergeReports, NOTHING_TO_DO, outcomeOf, type Report, reportRetry } from "./apply/report.ts";
import { Coalescer } from "./coalesce.ts";
import { LookAhead } from "./look-ahead.ts";
import { DeferredDeletions } from "./resync/deferred-deletions.ts";
import { BLOCKED_ON_ROUTE } from "./resync/deletion-limit.ts";
import { Pool, ROUTES_AT_ONCE } from "./resync/pool.ts";
import { resync } from "./resync/resync.ts";
import type { ResyncOptions } from "./resync/run.ts";
import { sharingReads } from "./resync/shared-reads.ts";
import type { Summary } from "./resync/summary.ts";
import { readChildEvent } from "./route/child-event.ts";
import type { EndedResync, LookAheadAccess, ReconcileContext } from "./route/context.ts";
import { logRoute } from "./route/log-route.ts";
import { type RouteOptions, reconcileRoute } from "./route/reconcile-route.ts";

export interface Dispatcher {
  readonly kinds: WatchedKinds;
  handle(work: Work): Promise<Outcome>;
}

export function createDispatcher(context: ReconcileContext): Dispatcher {
  const coalescer = new Coalescer<Report>();
  const { now } = context;
  const deferredDeletions = new DeferredDeletions(now);

  const reconcileOne = (route: RouteReference, options: RouteOptions, within = context): Promise<Report> =>
    coalescer.run(
      `${route.group}/${route.kind}/${route.namespace}/${route.name}`,
      variantOf(options, within === context),
      async () => {
        const report = await reconcileRoute(within, route, {
          blocksDeletions: "configured",
          blockedProblem: deferredDeletions.isBlocked ? BLOCKED_ON_ROUTE : null,
          ...options,
        });
        logRoute(context.log, route, report);
        return report;
      },
    );

  /** And then the routes that share a name with it, as far as their children no longer fit. */
  const reconcile: typeof reconcileOne = async (route, options, within = context) => {
    const reports = [await reconcileOne(route, options, within)];
    const seen = new Set([routeKey(route)]);
    const partners = [...(reports[0]?.partners ?? [])];
    for (let partner = partners.shift(); partner !== undefined; partner = partners.shift()) {
      if (seen.has(routeKey(partner))) continue;
      seen.add(routeKey(partner));
      const report = await reconcileOne(partner, { hint: null, checksClaims: true, readsNames: true });
      reports.push(report);
      partners.push(...report.partners);
    }
    return mergeReports(reports);
  };

  const aheads = context.lookAhead === null ? null : createLookAheads(context, context.lookAhead, reconcile);

  const reconcileAll = async (routes: readonly RouteReference[], options: RouteOptions) =>
    mergeReports(await Promise.all(routes.map((route) => reconcile(route, options))));

  const resyncAll = (options: ResyncOptions): Promise<Report> =>
    coalescer.run(
      `resync ${JSON.stringify({ ...options, integrations: options.integrations?.map(({ name }) => name) })}`,
      "",
      async () => {
        const began = now();
        const summary = await resync(context, options);
        context.observer?.resynced(endOf(options, summary, now() - began));
        context.log[summary.retry === null ? "info" : "warn"](summary.toFields(), "resynced");
        const { retry, blocked, deferred } = summary;
        if (isOfEverything(options)) deferredDeletions.resynced(blocked);
        return { ...NOTHING_TO_DO, retry, blocked, deferred };
      },
    );

  /** What may come of the configuration is deleted by a resync of everything, as far as the deletion limit allows. */
  const deleteDeferred = async (report: Report): Promise<Report> => {
    if (report.deferred.length === 0) return report;
    if (deferredDeletions.isBlocked) return { ...report, blocked: report.blocked + report.deferred.length };
    if (!deferredDeletions.takeUp(report.deferred)) return report;
    const resynced = await resyncAll({ namespace: null, confirmDeletions: false });
    if (resynced.retry !== null) deferredDeletions.putBack(report.deferred);
    return mergeReports([report, resynced]);
  };

  const ofChild = async (child: ChildReference, hint: ChangeHint): Promise<Report> => {
    try {
      const event = await readChildEvent(context, child, hint);
      if (event.asks === "nothing") return NOTHING_TO_DO;
      if (event.asks === "namespace") {
        return await resyncAll({ namespace: child.namespace, confirmDeletions: false });
      }
      const report = await reconcileAll(event.routes, event.options);
      if (event.echo !== null && report.retry === null) context.verified.add([event.echo]);
      return report;
    } catch (error) {
      // It failed outside of a route, where nobody observes again.
      return reportFinalError(error, `${child.kind} ${child.name}`);
    }
  };

  const ofDependency = async (dependency: DependencyReference): Promise<Report> => {
    const integrations = context.integrations.filter((integration) => dependsOn(integration, dependency));
    if (integrations.length === 0) return NOTHING_TO_DO;
    // Those that wait for others must see the others' children.
    const concerned = integrations.some(({ waitsForOthers }) => waitsForOthers)
      ? context.integrations
      : integrations;
    return resyncAll({ namespace: null, integrations: concerned, confirmDeletions: false });
  };

  const ofScope = ({ namespace, name, confirmDeletions }: ResyncScope): Promise<Report> => {
    if (namespace === null || name === null) return resyncAll({ namespace, confirmDeletions });
    const routes = routeKinds(context.selector).map((kind) => ({ ...kind, namespace, name }));
    const confirmed = confirmDeletions ? { blocksDeletions: undefined } : {};
    // It may have lost a host to another namespace in a resync, and must not get it back for being looked at.
    return reconcileAll(routes, { hint: null, ...confirmed });
  };

  const ofRouteBatch = async ({ routes, deadline }: RouteBatch): Promise<Report> => {
    // Whoever sent it does it himself, or the next resync does: nobody may take it for done.
    if (Date.parse(deadline) < now()) return reportRetry("the deadline of the batch has passed");
    const reports: Report[] = [];
    const pool = new Pool(ROUTES_AT_ONCE);
    const shared = sharingReads(context);
    const within = { ...context, execute: shared.execute };
    for (const route of routes) {
      await pool.add(
        async () =>
          void reports.push(await reconcile(route, { hint: null, sharedReads: shared.client }, within)),
      );
    }
    await pool.drain();
    // A batch never asks for more: what it leaves undeleted is for the next resync.
    return { ...mergeReports(reports), deferred: [] };
  };

  const report = (work: Work): Promise<Report> => {
    switch (work.kind) {
      case "route": {
        const { route, hint } = work;
        const run = () => reconcile(route, { hint });
        return hint === "delete" || aheads === null ? run() : aheads(route).handle(route, run);
      }
      case "child":
        return ofChild(work.child, work.hint);
      case "dependency":
        return ofDependency(work.dependency);
      case "resync":
        return ofScope(work.scope);
      case "batch":
        return ofRouteBatch(work.batch);
      case "ignore":
        return Promise.resolve(NOTHING_TO_DO);
    }
  };

  return {
    kinds: kindsOf(context),
    handle: async (work) => outcomeOf(await deleteDeferred(await report(work))),
  };
}

/** One look ahead for each kind of route, as the source has one stream of events for each. */
function createLookAheads(
  context: ReconcileContext,
  { watch, track, isDraining }: LookAheadAccess,
  reconcile: (route: RouteReference, options: RouteOptions, within: ReconcileContext) => Promise<Report>,
): (route: RouteReference) => LookAhead {
  const events = new LaterEvents(context.events, track);
  const within = { ...context, events };
  const aheads = new Map<string, LookAhead>();
  return ({ kind, group }) => {
    const key = `${group}/${kind}`;
    const known = aheads.get(key);
    if (known !== undefined) return known;
    const ahead = new LookAhead({
      resource: resourceOfRoute({ kind, group }),
      client: { get: context.client.get, watch },
      now: context.now,
      log: context.log,
      track,
      isDraining,
      onIdle: () => void events.flush(),
      reconcile: (seen, isNew) => {
        const { namespace = "", name } = seen.metadata;
        const route: RouteReference = { kind, group, namespace, name };
        const options: RouteOptions = { hint: isNew ? "add" : "update", seen, isNew };
        return context.log.apart({ ahead: true }, () => reconcile(route, options, within));
      },
    });
    aheads.set(key, ahead);
    return ahead;
  };
}

/** What a run does apart from its route. Shared reads, and lists that may lag, may be older than the asker. */
function variantOf(options: RouteOptions, readsAfresh: boolean): string {
  const { checksClaims = false, readsAll = false, readsNames = false, hint, seen, seenChild } = options;
  const mayLag = hint === "add" || hint === "update";
  return JSON.stringify({
    checksClaims,
    readsAll,
    readsNames,
    readsAfresh,
    mayLag,
    seen: seen?.metadata.resourceVersion,
    seenChild: seenChild && [seenChild.integration.name, seenChild.child.metadata.resourceVersion],
    integrations: options.integrations?.map(({ name }) => name),
    confirmed: "blocksDeletions" in options,
  });
}

function isOfEverything({ namespace, integrations }: ResyncOptions): boolean {
  return namespace === null && integrations === undefined;
}

function endOf(options: ResyncOptions, summary: Summary, milliseconds: number): EndedResync {
  const { created, updated, deleted, fannedOut, routes, blocked, retry } = summary;
  const partial = options.namespace === null ? "dependency" : "namespace";
  return {
    scope: isOfEverything(options) ? "everything" : partial,
    seconds: milliseconds / 1000,
    isComplete: retry === null,
    routes,
    held: blocked,
    repairs: { create: created, update: updated, delete: deleted, hand_out: fannedOut },
  };
}

function kindsOf({ integrations }: ReconcileContext): WatchedKinds {
  return {
    children: integrations.map(({ resource }) => resource),
    dependencies: integrations.flatMap(({ dependencies }) => dependencies.map(({ resource }) => resource)),
  };
}

function dependsOn(integration: Integration, { group, kind, namespace, name }: DependencyReference): boolean {
  return integration.dependencies.some(
    ({ resource, ...reference }) =>
      resource.group === group &&
      resource.kind === kind &&
      reference.namespace === namespace &&
      reference.name === name,
  );
}
