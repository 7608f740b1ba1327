/**
 * What one resync carries along.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { Report } from "../apply/report.ts";
import type { HostClaims } from "../plan/host-claims.ts";
import type { ReconcileContext } from "../route/context.ts";
import { logRoute } from "../route/log-route.ts";
import { type RouteOptions, reconcileRoute } from "../route/reconcile-route.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { Pool } from "./pool.ts";
import type { Orphan, Removal, RouteNeed } from "./route-needs.ts";
import type { Summary } from "./summary.ts";

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
  readonly summary: Summary;
  readonly memory: MemoryBudget;
  /** Routes whose children were created from what the lists said, which was old by then. */
  readonly createdFromLists: Set<string>;
  /** Routes whose deletions the deletion limit has decided about. */
  readonly counted: Set<string>;
}

/** What the lists have shown. */
export interface Findings {
  /** Routes that need something written, once it is known who holds which host. */
  readonly needs: RouteNeed[];
  /** Routes that no longer want a child they have: last, and only as the deletion limit allows. */
  readonly deletions: Deletion[];
  readonly orphans: Orphan[];
  readonly removals: Removal[];
  readonly claims: HostClaims;
  routes: number;
  children: number;
}

export interface Deletion {
  readonly route: RouteReference;
  readonly count: number;
  /** Of these, those that may come of the configuration. */
  readonly configured: number;
  readonly readsAll: boolean;
}

/** Reconciles a route live, and counts what came of it. */
export async function reconcileLive(
  run: Run,
  route: RouteReference,
  options: Pick<RouteOptions, "blocksDeletions" | "blockedProblem" | "readsAll" | "readsNames">,
): Promise<Report> {
  const { context, integrations, summary } = run;
  // Children of those that are switched off go all at once, see `removals`.
  const kept = integrations.filter(({ removesAll }) => removesAll !== true);
  const report = await reconcileRoute(context, route, { hint: null, integrations: kept, ...options });
  logRoute(context.log, route, report);
  summary.add(report);
  return report;
}
