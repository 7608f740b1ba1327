/**
 * A full resync: repairs whatever was missed and removes orphans. It lists every kind once, side by side, joins
 * them by namespace, and writes only where something differs; where nothing does, it writes nothing.
 *
 * @module
 */

import { ClaimBook } from "../plan/host-claims.ts";
import type { ReconcileContext } from "../route/context.ts";
import { deleteUnwanted } from "./delete-unwanted.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { Pool, ROUTES_AT_ONCE } from "./pool.ts";
import { readNamespaces } from "./read-namespaces.ts";
import type { ResyncOptions, Run } from "./run.ts";
import { Tally } from "./summary.ts";
import { meetNeeds, withClaims } from "./write-needs.ts";

/** Never throws for API errors: what could not be done is in the tally's `retry` and `problems`. */
export async function resync(context: ReconcileContext, options: ResyncOptions): Promise<Tally> {
  const memory = new MemoryBudget();
  const tally = await resyncWithin(memory, context, options);
  memory.release();
  return tally;
}

async function resyncWithin(
  memory: MemoryBudget,
  context: ReconcileContext,
  options: ResyncOptions,
): Promise<Tally> {
  const run: Run = {
    context,
    options,
    integrations: options.integrations ?? context.integrations,
    pool: new Pool(ROUTES_AT_ONCE),
    tally: new Tally(),
    memory,
    needs: [],
    deletions: [],
    strays: [],
    removals: [],
    book: new ClaimBook(),
    losers: [],
  };
  const complete = await readNamespaces(run);
  const settled = withClaims(run);
  await meetNeeds(settled);
  if (complete) await deleteUnwanted(settled);
  return run.tally;
}
