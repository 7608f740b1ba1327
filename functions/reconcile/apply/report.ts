/**
 * What came of reconciling, in one word for all stages: what changed, what is wrong, and whether to look again.
 *
 * @module
 */
import { capProblems } from "../../cap-problems.ts";
import type { ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Outcome } from "../../outcome.ts";
import type { Problem } from "../../problem.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { Write } from "../plan/plan.ts";

export interface Change {
  readonly action: "created" | "updated" | "deleted";
  readonly kind: string;
  readonly name: string;
}

export interface Report {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  /** Set where something transient stood in the way: the event is to be sent again. */
  readonly retry: Retry | null;
  /** Another writer was faster, or what was written no longer fits: observe again. */
  readonly conflict: boolean;
  /** Deletions that were due and that the deletion limit blocks. */
  readonly blocked: number;
  /** Uids of children whose deletion was left to a resync of everything, which counts. */
  readonly deferred: readonly string[];
  /** Routes whose children no longer fit what this one publishes, and are to be reconciled next. */
  readonly partners: readonly RouteReference[];
}

export interface Retry {
  readonly why: string;
  /** What the API server asked for; null where it did not say. */
  readonly retryAfterSeconds: number | null;
}

export const NOTHING_TO_DO: Report = {
  changes: [],
  problems: [],
  retry: null,
  conflict: false,
  blocked: 0,
  deferred: [],
  partners: [],
};
export const CONFLICT: Report = { ...NOTHING_TO_DO, conflict: true };

export function reportProblems(problems: readonly Problem[]): Report {
  return problems.length === 0 ? NOTHING_TO_DO : { ...NOTHING_TO_DO, problems };
}

export function reportRetry(why: string, retryAfterSeconds: number | null = null): Report {
  return { ...NOTHING_TO_DO, retry: { why, retryAfterSeconds } };
}

export function reportChange({ kind }: ResourceDefinition, step: Write): Report {
  const { name } = step.action === "create" ? step.child.metadata : step.live.metadata;
  return { ...NOTHING_TO_DO, changes: [{ action: PAST_TENSE[step.action], kind, name }] };
}

const PAST_TENSE = { create: "created", update: "updated", delete: "deleted" } as const;

export function mergeReports(reports: readonly Report[]): Report {
  const changes: Change[] = [];
  const problems: Problem[] = [];
  const deferred: string[] = [];
  const partners: RouteReference[] = [];
  let { retry, conflict, blocked } = NOTHING_TO_DO;
  for (const report of reports) {
    changes.push(...report.changes);
    problems.push(...report.problems);
    deferred.push(...report.deferred);
    partners.push(...report.partners);
    retry ??= report.retry;
    conflict ||= report.conflict;
    blocked += report.blocked;
  }
  return { changes, problems, retry, conflict, blocked, deferred, partners };
}

/** What concerns one route: one thing may stand in the way of several of its children. */
export function mergeRouteReports(reports: readonly Report[]): Report {
  const merged = mergeReports(reports);
  return { ...merged, problems: capProblems([...new Set(merged.problems)]) };
}

/** What the sender of the event is answered. */
export function outcomeOf({ retry, blocked }: Report): Outcome {
  return retry === null
    ? { status: "done", ...(blocked > 0 ? { blocked } : {}) }
    : { status: "retry", retryAfterSeconds: retry.retryAfterSeconds };
}
