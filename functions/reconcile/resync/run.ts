/**
 * What one resync carries along.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { Report } from "../apply/report.ts";
import type { ClaimBook } from "../plan/host-claims.ts";
import type { ReconcileContext } from "../route/context.ts";
import { logRoute } from "../route/log-route.ts";
import { type RouteOptions, reconcileRoute } from "../route/reconcile-route.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { Pool } from "./pool.ts";
import type { Removal, RouteNeed, Stray } from "./route-needs.ts";
import type { Tally } from "./summary.ts";

export interface ResyncOptions {
  /** Null: all namespaces. */
  readonly namespace: string | null;
  /** Only these, where not all are concerned. */
  readonly integrations?: readonly Integration[];
  readonly confirmDeletions: boolean;
}

export interface Run {
  readonly context: ReconcileContext;
  readonly options: ResyncOptions;
  readonly integrations: readonly Integration[];
  readonly pool: Pool;
  readonly tally: Tally;
  readonly memory: MemoryBudget;
  /** Routes that need something written, once it is known who holds which host. */
  readonly needs: RouteNeed[];
  /** Routes that no longer want a child they have: last, and only as the brake allows. */
  readonly deletions: Deletion[];
  readonly strays: Stray[];
  readonly removals: Removal[];
  readonly book: ClaimBook;
  /** Routes that want a host that another namespace holds. */
  readonly losers: readonly RouteReference[];
}

export interface Deletion {
  readonly route: RouteReference;
  readonly count: number;
  /** Of these, those that may come of the configuration. */
  readonly configured: number;
  readonly thorough: boolean;
}

/** Reconciles a route live, and counts what came of it. */
export async function lookAt(
  run: Run,
  route: RouteReference,
  options: Pick<RouteOptions, "holdDeletions" | "heldProblem" | "thorough">,
): Promise<Report> {
  const { context, integrations, tally } = run;
  // Children of those that are switched off go all at once, see `removals`.
  const looking = integrations.filter(({ removesAll }) => removesAll !== true);
  const report = await reconcileRoute(context, route, { hint: null, integrations: looking, ...options });
  logRoute(context.log, route, report);
  tally.add(report);
  return report;
}
