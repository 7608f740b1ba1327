/**
 * A resync that writes nothing: the reconciler itself, with its writes and Events put down instead of made.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import type { Logger } from "../../log.ts";
import type { Problem } from "../../problem.ts";
import { VerifiedWrites } from "../../reconcile/apply/verified.ts";
import { MemoryBudget, UNBOUNDED } from "../../reconcile/resync/memory-budget.ts";
import { resync } from "../../reconcile/resync/resync.ts";
import { type ReconcileContext, settingsOf } from "../../reconcile/route/context.ts";
import { reconcileRoute } from "../../reconcile/route/reconcile-route.ts";
import { resourceOfRoute, routeKinds } from "../../traefik/resources.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import { compareFields } from "../input/problem-order.ts";
import { type ReadingClient, whereReadable } from "./reader.ts";
import { createWriteRecorder, type RecordedWrite } from "./write-recorder.ts";

export interface DryRunScope {
  /** Null: all namespaces. */
  readonly namespace: string | null;
  /** Routes of this name only; null: all. */
  readonly name: string | null;
  readonly confirmDeletions: boolean;
}

export interface DryRunSetting {
  readonly client: ReadingClient;
  readonly configuration: Configuration;
  readonly instance: string;
}

export interface RouteProblem extends Problem {
  /** Null where it is about no route in particular. */
  readonly route: RouteReference | null;
}

export interface DryRun {
  readonly writes: readonly RecordedWrite[];
  readonly problems: readonly RouteProblem[];
  /** Worth knowing, though nothing is wrong. */
  readonly notes: readonly RouteProblem[];
  /** Routes looked at. */
  readonly routes: number;
  /** Children of this installation that there are; null where not all were looked at. */
  readonly children: number | null;
  /** Deletions that the deletion limit would block: they are among the writes all the same. */
  readonly blocked: number;
  /** Something transient kept it from the end; null where nothing did. */
  readonly incomplete: string | null;
}

/** What a resync would do now. */
export async function dryRun(setting: DryRunSetting, scope: DryRunScope): Promise<DryRun> {
  const { namespace, name } = scope;
  if (namespace !== null && name !== null) return runRoutes(setting, namespace, name);
  const { run, deferred } = await runResync(setting, namespace, scope.confirmDeletions);
  if (run.blocked === 0 && deferred === 0) return run;
  const blocked = run.blocked + (deferred > 0 ? await blockedOf(setting, deferred) : 0);
  // Which deletions are blocked, only a resync that blocks none can show.
  return { ...(await runResync(setting, namespace, true)).run, blocked };
}

/** How many of these deletions, which a resync of one namespace leaves to one of everything, that one blocks. */
async function blockedOf(setting: DryRunSetting, deferred: number): Promise<number> {
  const { run } = await runResync(setting, null, false);
  return run.blocked > 0 || run.incomplete !== null ? deferred : 0;
}

async function runResync(
  setting: DryRunSetting,
  namespace: string | null,
  confirmDeletions: boolean,
): Promise<{ readonly run: DryRun; readonly deferred: number }> {
  const { context, writes, reported } = recording(setting);
  const summary = await resync(context, { namespace, confirmDeletions }, new MemoryBudget(UNBOUNDED));
  const { routes, children, blocked, retry, deferred } = summary;
  const incomplete = retry?.why ?? null;
  const run = { writes: writes(), ...reported(), routes, children, blocked, incomplete };
  return { run, deferred: deferred.length };
}

async function runRoutes(setting: DryRunSetting, namespace: string, name: string): Promise<DryRun> {
  const { context, writes, reported } = recording(setting);
  const references = routeKinds(context.selector).map((kind) => ({ ...kind, namespace, name }));
  const found = await Promise.all(references.map((route) => isThere(setting.client, route)));
  const routes = references.filter((_, index) => found[index]);
  const reports = await Promise.all(
    routes.map((route) => reconcileRoute(context, route, { hint: null, readsNames: true })),
  );
  const retry = reports.find((report) => report.retry !== null)?.retry ?? null;
  return {
    writes: writes(),
    ...reported(),
    routes: routes.length,
    children: null,
    blocked: 0,
    incomplete: retry?.why ?? null,
  };
}

/** False too where that cannot be read, which the reader remembers. */
async function isThere(client: ReadingClient, route: RouteReference): Promise<boolean> {
  const { namespace, name } = route;
  const object = client.get({ resource: resourceOfRoute(route), namespace, name });
  return (await whereReadable(object, null)) !== null;
}

function recording({ client, configuration, instance }: DryRunSetting) {
  const recorder = createWriteRecorder(client, instance);
  const problems = new Map<string, RouteProblem>();
  const context: ReconcileContext = {
    client,
    execute: recorder.execute,
    verified: new VerifiedWrites(Date.now),
    lookAhead: null,
    ...settingsOf(configuration),
    instance,
    now: Date.now,
    events: {
      record: async ({ route }, _, found) => {
        for (const problem of found) problems.set(JSON.stringify([route, problem]), { route, ...problem });
      },
    },
    log: SILENT,
    sendRouteBatch: null,
  };
  const reported = () => {
    const sorted = [...problems.values()].sort(byRoute);
    return {
      problems: sorted.filter(({ note }) => note !== true),
      notes: sorted.filter(({ note }) => note === true),
    };
  };
  return { context, writes: recorder.writes, reported };
}

/** The reader remembers what could not be read, and the problems come as Events. */
const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  within: (_fields, work) => work(),
  apart: (_fields, work) => work(),
};

function byRoute(one: RouteProblem, other: RouteProblem): number {
  const key = ({ route }: RouteProblem) =>
    `${route?.namespace ?? ""}/${route?.name ?? ""} ${route?.kind ?? ""}`;
  const text = ({ reason, message }: RouteProblem) => `${reason} ${message}`;
  if (key(one) !== key(other)) return key(one) < key(other) ? -1 : 1;
  return compareFields(one.field, other.field) || (text(one) < text(other) ? -1 : 1);
}
