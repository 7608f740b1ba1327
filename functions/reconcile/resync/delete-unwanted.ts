/**
 * The end of a resync: children that nobody wants any more, as far as the deletion limit allows.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { resourceOfRoute } from "../../traefik/resources.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import { reportError } from "../apply/error-report.ts";
import { type Change, reportChange } from "../apply/report.ts";
import type { RouteOptions } from "../route/reconcile-route.ts";
import { BLOCKED_ON_ROUTE, blockedProblem, isOverLimit } from "./deletion-limit.ts";
import { recordOnOwner } from "./record-on-owner.ts";
import type { Orphan, Removal } from "./route-needs.ts";
import { type Deletion, type Findings, type Run, reconcileLive } from "./run.ts";

/** A mistake concerns thousands of routes: so many are reported, and the log has the number. */
const MAX_ROUTES_REPORTED = 100;

/**
 * Orphans, children of integrations that take theirs along, and children that their route no longer wants; none of
 * them if they are suspiciously many. A resync of one namespace sees too little to decide what may come of the
 * configuration: it leaves that to one of everything.
 */
export async function deleteUnwanted(
  run: Run,
  { children, orphans: candidates, removals }: Findings,
  deletions: readonly Deletion[],
): Promise<void> {
  const { context, summary, options } = run;
  const orphans = await confirmOrphans(run, candidates);
  const seesAll = options.namespace === null || options.confirmDeletions;
  const counted = deletions.reduce(
    (sum, { count, configured }) => sum + count - (seesAll ? 0 : configured),
    0,
  );
  const wanted = orphans.length + counted + (seesAll ? removals.length : 0);
  const isBlocked = isOverLimit(wanted, children, options.confirmDeletions);
  if (isBlocked) {
    summary.blocked = wanted;
    const problem = blockedProblem(wanted, children);
    context.log.error({ reason: problem.reason, held: wanted, children }, problem.message);
  }
  const block = isBlocked ? "all" : seesAll ? undefined : "configured";
  await deleteForRoutes(run, deletions, block);
  await deleteAll(run, isBlocked ? [] : orphans);
  await remove(run, removals, Math.max(0, MAX_ROUTES_REPORTED - deletions.length), block);
}

async function deleteForRoutes(
  run: Run,
  deletions: readonly Deletion[],
  blocksDeletions: RouteOptions["blocksDeletions"],
): Promise<void> {
  const { pool, summary } = run;
  const reported = new Set<Deletion>(
    blocksDeletions === "all" ? deletions.slice(0, MAX_ROUTES_REPORTED) : [],
  );
  // One at a time in a namespace: two that leave for one shared resource must not both take it there.
  for (const left of Map.groupBy(deletions, ({ route }) => route.namespace).values()) {
    await pool.add(async () => {
      for (const deletion of left) {
        const problem = reported.has(deletion) ? BLOCKED_ON_ROUTE : null;
        const { route, readsAll } = deletion;
        const options = { blocksDeletions, blockedProblem: problem, readsAll };
        const { deferred } = await reconcileLive(run, route, options);
        summary.deferred.push(...deferred);
      }
    });
  }
  await pool.drain();
}

/** Children of integrations that are switched off, whoever owns them. */
async function remove(
  run: Run,
  removals: readonly Removal[],
  maxReported: number,
  block: RouteOptions["blocksDeletions"],
): Promise<void> {
  const { context, pool, summary } = run;
  if (block === undefined)
    return deleteAll(run, removals, (child, change) => recordOnOwner(context, child, [change], []));
  if (block === "configured") {
    summary.deferred.push(...removals.map(({ child }) => child.metadata.uid ?? ""));
    return;
  }
  for (const { child } of removals.slice(0, maxReported))
    await pool.add(() => recordOnOwner(context, child, [], [BLOCKED_ON_ROUTE]));
  await pool.drain();
}

/** The lists are of different versions, so a child without a listed owner is an orphan only if its owners are live 404s. */
async function confirmOrphans(run: Run, candidates: readonly Orphan[]): Promise<readonly Orphan[]> {
  const orphans: Orphan[] = [];
  for (const candidate of candidates) {
    await run.pool.add(async () => {
      const gone = await Promise.all(candidate.owners.map((owner) => isGone(run, owner)));
      if (gone.every(Boolean)) orphans.push(candidate);
    });
  }
  await run.pool.drain();
  return orphans;
}

async function isGone({ context, summary }: Run, route: RouteReference): Promise<boolean> {
  try {
    return (await context.client.get({ resource: resourceOfRoute(route), ...route })) === null;
  } catch (error) {
    summary.add(reportError(error, `${route.kind} ${route.name}`));
    return false;
  }
}

type Deleted = (child: KubernetesObject, change: Change) => Promise<void>;

async function deleteAll(run: Run, unwanted: readonly Removal[], deleted?: Deleted): Promise<void> {
  for (const one of unwanted) await run.pool.add(() => deleteOne(run, one, deleted));
  await run.pool.drain();
}

async function deleteOne(
  { context, summary }: Run,
  { integration, child }: Removal,
  deleted?: Deleted,
): Promise<void> {
  const step = { action: "delete", live: child } as const;
  const { namespace = "" } = child.metadata;
  // Whoever changed it in between has seen it live; the next resync looks again.
  try {
    await context.execute(integration.resource, namespace, step);
  } catch (error) {
    summary.add(reportError(error, integration.name));
    return;
  }
  const report = reportChange(integration.resource, step);
  summary.add(report);
  for (const change of report.changes) await deleted?.(child, change);
}
