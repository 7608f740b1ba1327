/**
 * A full resync: repairs whatever was missed and removes orphans. It lists every kind once, side by side, joins
 * them by namespace, and writes only where something differs; where nothing does, it writes nothing. What it creates
 * was planned on lists, so having created it looks a second time.
 *
 * @module
 */
import type { ReconcileContext } from "../route/context.ts";
import { deleteUnwanted } from "./delete-unwanted.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { Pool, ROUTES_AT_ONCE } from "./pool.ts";
import { readNamespaces } from "./read-namespaces.ts";
import type { ResyncOptions, Run } from "./run.ts";
import { Summary } from "./summary.ts";
import { refuseClaimedHosts, writeNeeds } from "./write-needs.ts";

/** Never throws for API errors: what could not be done is in the summary's `retry` and `problems`. */
export async function resync(context: ReconcileContext, options: ResyncOptions): Promise<Summary> {
  const memory = new MemoryBudget();
  const run: Run = {
    context,
    options,
    integrations: options.integrations ?? context.integrations,
    pool: new Pool(ROUTES_AT_ONCE),
    summary: new Summary(),
    memory,
    createdFromLists: new Set(),
    refused: new Set(),
    fannedOut: new Set(),
  };
  await pass(run, { createsFromLists: true });
  if (run.createdFromLists.size > 0) await pass(run, { createsFromLists: false });
  memory.release();
  return run.summary;
}

/** One look at everything, and what follows from it. */
async function pass(run: Run, { createsFromLists }: { readonly createsFromLists: boolean }): Promise<void> {
  const { findings, isComplete } = await readNamespaces(run);
  if (createsFromLists) {
    run.summary.routes = findings.routes;
    run.summary.children = findings.children;
  }
  const { context, conflicting } = refuseClaimedHosts(run, findings);
  const refusing = { ...run, context };
  const deletions = await writeNeeds(refusing, findings, conflicting, createsFromLists);
  if (isComplete) await deleteUnwanted(refusing, findings, deletions);
}
