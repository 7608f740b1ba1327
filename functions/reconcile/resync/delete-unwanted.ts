/**
 * The end of a resync: children that nobody wants any more, as far as the brake allows.
 *
 * @module
 */
import { resourceOfRoute } from "../../traefik/resources.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import { changeEffect, effectOf } from "../effect.ts";
import { settle } from "../result.ts";
import { heldProblem, isHeld } from "./deletion-limit.ts";
import type { Stray } from "./route-needs.ts";
import { lookAt, type Run } from "./run.ts";

/** Orphans, and children that their route no longer wants; none of them if they are suspiciously many. */
export async function deleteUnwanted(run: Run): Promise<void> {
  const { context, tally, pool, deletions, options } = run;
  const orphans = await findOrphans(run);
  const wanted = orphans.length + deletions.reduce((sum, { count }) => sum + count, 0);
  const held = isHeld(wanted, tally.children, options.confirmDeletions);
  if (held) {
    tally.held = wanted;
    const problem = heldProblem(wanted, tally.children);
    context.log.error({ reason: problem.reason, held: wanted, children: tally.children }, problem.message);
  }
  // One at a time in a namespace: two that leave for one claim must not both take it there.
  for (const left of Map.groupBy(deletions, ({ route }) => route.namespace).values()) {
    await pool.add(async () => {
      for (const { route, thorough } of left) await lookAt(run, route, { holdDeletions: held, thorough });
    });
  }
  for (const orphan of held ? [] : orphans) await pool.add(() => deleteOrphan(run, orphan));
  await pool.drain();
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

async function deleteOrphan(run: Run, { integration, child }: Stray): Promise<void> {
  const step = { action: "delete", live: child } as const;
  const { namespace = "" } = child.metadata;
  const result = await settle(run.context.execute(integration.resource, namespace, step));
  // Whoever changed it in between has seen it live; the next resync looks again.
  run.tally.add(result.ok ? changeEffect(integration, step) : effectOf(result.error, integration.name));
}
