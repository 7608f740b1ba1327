/**
 * A full resync: repairs whatever was missed and removes orphans. It lists every kind once, side by side, joins
 * them by namespace, and writes only where something differs; where nothing does, it writes nothing. What it creates
 * was planned on lists, so having created it looks a second time.
 *
 * @module
 */
import { routeKey } from "../../traefik/route-description.ts";
import { reportFinalError } from "../apply/error-report.ts";
import type { ReconcileContext } from "../route/context.ts";
import { correctCreations } from "./correct-creations.ts";
import { deleteUnwanted } from "./delete-unwanted.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { Pool, ROUTES_AT_ONCE } from "./pool.ts";
import { type ReadNamespaces, readNamespaces } from "./read-namespaces.ts";
import type { ResyncOptions, Run } from "./run.ts";
import { Summary } from "./summary.ts";
import { type Refusals, refuseClaimedHosts, writeNeeds } from "./write-needs.ts";

/** Never throws for API errors: what could not be done is in the summary's `retry` and `problems`. */
export async function resync(
  context: ReconcileContext,
  options: ResyncOptions,
  memory = new MemoryBudget(),
): Promise<Summary> {
  const run: Run = {
    context,
    options,
    integrations: options.integrations ?? context.integrations,
    pool: new Pool(ROUTES_AT_ONCE),
    summary: new Summary(),
    memory,
    createdFromLists: new Set(),
    counted: new Set(),
  };
  await firstLook(run);
  if (run.createdFromLists.size > 0) await secondLook(run);
  memory.release();
  return run.summary;
}

/** One look at everything, and what follows from it. */
async function firstLook(run: Run): Promise<void> {
  const read = await readNamespaces(run);
  const { findings, isComplete } = read;
  run.summary.routes = findings.routes;
  run.summary.children = findings.children;
  const refusals = await refusalsOf(run, read);
  if (refusals === null) return;
  const refusing = { ...run, context: refusals.context };
  const deletions = await writeNeeds(refusing, findings, refusals.conflicting);
  for (const { route } of deletions) run.counted.add(routeKey(route));
  if (isComplete) await deleteUnwanted(refusing, findings, deletions);
}

/** The lists were old when this resync created from them: what it should not have created is taken back. */
async function secondLook(run: Run): Promise<void> {
  const read = await readNamespaces(run);
  const refusals = await refusalsOf(run, read);
  if (refusals === null) return;
  await correctCreations({ ...run, context: refusals.context }, read.findings, refusals.conflicting);
}

/** Null where the claims could not be read: then nothing is written. */
async function refusalsOf(run: Run, read: ReadNamespaces): Promise<Refusals | null> {
  try {
    return await refuseClaimedHosts(run, read);
  } catch (error) {
    run.summary.add(reportFinalError(error, "host claims"));
    return null;
  }
}
