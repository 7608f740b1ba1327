/**
 * The end of a resync: children that nobody wants any more, as far as the brake allows.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { resourceOfRoute } from "../../traefik/resources.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { Change } from "../apply/report.ts";
import { changeEffect, effectOf } from "../effect.ts";
import { settle } from "../result.ts";
import { HELD_ON_ROUTE, heldProblem, isHeld } from "./deletion-limit.ts";
import type { Removal, Stray } from "./route-needs.ts";
import { type Deletion, lookAt, type Run } from "./run.ts";
import { tellOwner } from "./tell-owner.ts";

/** A mistake concerns thousands of routes: so many are told, and the log has the number. */
const MAX_ROUTES_TOLD = 100;

/**
 * Orphans, children of integrations that take theirs along, and children that their route no longer wants; none of
 * them if they are suspiciously many. A resync of one namespace sees too little to judge what may come of the
 * configuration: it leaves that to one of everything.
 */
export async function deleteUnwanted(run: Run): Promise<void> {
  const { context, tally, deletions, options } = run;
  const orphans = await findOrphans(run);
  const seesAll = options.namespace === null || options.confirmDeletions;
  const counted = deletions.reduce(
    (sum, { count, configured }) => sum + count - (seesAll ? 0 : configured),
    0,
  );
  const wanted = orphans.length + counted + (seesAll ? run.removals.length : 0);
  const held = isHeld(wanted, tally.children, options.confirmDeletions);
  if (held) {
    tally.held = wanted;
    const problem = heldProblem(wanted, tally.children);
    context.log.error({ reason: problem.reason, held: wanted, children: tally.children }, problem.message);
  }
  const hold = held ? "all" : seesAll ? undefined : "configured";
  await lookAtDeletions(run, hold);
  await deleteAll(run, held ? [] : orphans);
  await remove(run, hold);
}

type Hold = "all" | "configured" | undefined;

async function lookAtDeletions(run: Run, hold: Hold): Promise<void> {
  const { deletions, pool, tally } = run;
  const told = new Set<Deletion>(hold === "all" ? deletions.slice(0, MAX_ROUTES_TOLD) : []);
  // One at a time in a namespace: two that leave for one claim must not both take it there.
  for (const left of Map.groupBy(deletions, ({ route }) => route.namespace).values()) {
    await pool.add(async () => {
      for (const deletion of left) {
        const heldProblem = told.has(deletion) ? HELD_ON_ROUTE : null;
        const { route, thorough } = deletion;
        const { deferred } = await lookAt(run, route, { holdDeletions: hold, heldProblem, thorough });
        tally.deferred.push(...deferred);
      }
    });
  }
  await pool.drain();
}

/** Children of integrations that are switched off, whoever owns them. */
async function remove(run: Run, hold: Hold): Promise<void> {
  const { context, deletions, removals, tally } = run;
  if (hold === undefined) {
    return deleteAll(run, removals, (child, change) => tellOwner(context, child, [change], []));
  }
  if (hold === "configured") {
    tally.deferred.push(...removals.map(({ child }) => child.metadata.uid ?? ""));
    return;
  }
  const told = removals.slice(0, Math.max(0, MAX_ROUTES_TOLD - deletions.length));
  for (const { child } of told) await run.pool.add(() => tellOwner(context, child, [], [HELD_ON_ROUTE]));
  await run.pool.drain();
}

/** The lists are of different versions, so a child without a listed owner is an orphan only if its owners are live 404s. */
async function findOrphans(run: Run): Promise<readonly Stray[]> {
  const orphans: Stray[] = [];
  for (const stray of run.strays) {
    await run.pool.add(async () => {
      const gone = await Promise.all(stray.owners.map((owner) => isGone(run, owner)));
      if (gone.every(Boolean)) orphans.push(stray);
    });
  }
  await run.pool.drain();
  return orphans;
}

async function isGone(run: Run, route: RouteReference): Promise<boolean> {
  const result = await settle(run.context.client.get({ resource: resourceOfRoute(route), ...route }));
  if (!result.ok) run.tally.add(effectOf(result.error, `${route.kind} ${route.name}`));
  return result.ok && result.value === null;
}

type Deleted = (child: KubernetesObject, change: Change) => Promise<void>;

async function deleteAll(run: Run, unwanted: readonly Removal[], deleted?: Deleted): Promise<void> {
  for (const one of unwanted) await run.pool.add(() => deleteOne(run, one, deleted));
  await run.pool.drain();
}

async function deleteOne(run: Run, { integration, child }: Removal, deleted?: Deleted): Promise<void> {
  const step = { action: "delete", live: child } as const;
  const { namespace = "" } = child.metadata;
  const result = await settle(run.context.execute(integration.resource, namespace, step));
  // Whoever changed it in between has seen it live; the next resync looks again.
  const effect = result.ok ? changeEffect(integration, step) : effectOf(result.error, integration.name);
  run.tally.add(effect);
  for (const change of effect.changes) await deleted?.(child, change);
}
