/**
 * The end of a resync: children that nobody wants any more, as far as the deletion limit allows.
 *
 * @module
 */
import { resourceOfRoute } from "../../traefik/resources.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import { reporting } from "../apply/error-report.ts";
import { NOTHING_TO_DO, reportChange } from "../apply/report.ts";
import { blockedProblem, isOverLimit } from "./deletion-limit.ts";
import type { Orphan } from "./route-needs.ts";
import { type Deletion, type Findings, type Run, reconcileLive } from "./run.ts";

/** Orphans, and children that their route no longer wants; none of them if they are suspiciously many. */
export async function deleteUnwanted(
  run: Run,
  findings: Findings,
  deletions: readonly Deletion[],
): Promise<void> {
  const { context, summary, pool, options } = run;
  const orphans = await confirmOrphans(run, findings.orphans);
  const wanted = orphans.length + deletions.reduce((sum, { count }) => sum + count, 0);
  const { children } = findings;
  const isBlocked = isOverLimit(wanted, children, options.confirmDeletions);
  if (isBlocked) {
    summary.blocked = wanted;
    const problem = blockedProblem(wanted, children);
    context.log.error({ reason: problem.reason, held: wanted, children }, problem.message);
  }
  // One at a time in a namespace: two that leave for one claim must not both take it there.
  for (const left of Map.groupBy(deletions, ({ route }) => route.namespace).values()) {
    await pool.add(async () => {
      for (const { route, readsAll } of left)
        await reconcileLive(run, route, { blocksDeletions: isBlocked, readsAll });
    });
  }
  for (const orphan of isBlocked ? [] : orphans) await pool.add(() => deleteOrphan(run, orphan));
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
  let isAbsent = false;
  const report = await reporting(`${route.kind} ${route.name}`, async () => {
    isAbsent = (await context.client.get({ resource: resourceOfRoute(route), ...route })) === null;
    return NOTHING_TO_DO;
  });
  summary.add(report);
  return isAbsent;
}

async function deleteOrphan({ context, summary }: Run, { integration, child }: Orphan): Promise<void> {
  const step = { action: "delete", live: child } as const;
  const { namespace = "" } = child.metadata;
  // Whoever changed it in between has seen it live; the next resync looks again.
  const report = await reporting(integration.name, async () => {
    await context.execute(integration.resource, namespace, step);
    return reportChange(integration.resource, step);
  });
  summary.add(report);
}
