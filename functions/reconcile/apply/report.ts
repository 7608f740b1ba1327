/**
 * What reconciling a route did, and what it could not do.
 *
 * @module
 */
import type { Outcome } from "../../outcome.ts";
import type { Problem } from "../../problem.ts";

export interface Change {
  readonly action: "created" | "updated" | "deleted";
  readonly kind: string;
  readonly name: string;
}

/** `retry` is set where something passing stood in the way: the event is to be sent again. */
export interface Report {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  readonly retry: Retry | null;
  /** Deletions that were due and held back. */
  readonly held: number;
  /** Uids of children whose deletion was left to a resync of everything, which counts. */
  readonly deferred: readonly string[];
}

export interface Retry {
  readonly why: string;
  /** What the API server asked for; null where it did not say. */
  readonly retryAfterSeconds: number | null;
}

export const NOTHING_TO_DO: Report = { changes: [], problems: [], retry: null, held: 0, deferred: [] };

export function mergeReports(reports: readonly Report[]): Report {
  return {
    changes: reports.flatMap(({ changes }) => changes),
    problems: reports.flatMap(({ problems }) => problems),
    retry: reports.find(({ retry }) => retry !== null)?.retry ?? null,
    held: reports.reduce((sum, { held }) => sum + held, 0),
    deferred: reports.flatMap(({ deferred }) => deferred),
  };
}

export function retryReport(why: string, retryAfterSeconds: number | null = null): Report {
  return { ...NOTHING_TO_DO, retry: { why, retryAfterSeconds } };
}

export function outcomeOf(report: Report): Outcome {
  const { held } = report;
  return report.retry === null
    ? { status: "done", ...(held > 0 ? { held } : {}) }
    : { status: "retry", retryAfterSeconds: report.retry.retryAfterSeconds };
}
