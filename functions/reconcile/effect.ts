/**
 * What one step of a reconcile did: a report, or a race with another writer, after which the objects are read again.
 *
 * @module
 */
import { capProblems } from "../cap-problems.ts";
import type { ChildKind } from "../integrations/integration.ts";
import type { KubernetesError } from "../kubernetes/errors.ts";
import type { Problem } from "../problem.ts";
import { consequenceOf } from "./apply/error-report.ts";
import { type Change, mergeReports, NOTHING_TO_DO, type Report } from "./apply/report.ts";
import type { Write } from "./plan/plan.ts";

export interface Effect extends Report {
  readonly raced: boolean;
}

export const CALM: Effect = { ...NOTHING_TO_DO, raced: false };

/** What an error of the API server does; `what` names the integration or object for people. */
export function effectOf(error: KubernetesError, what: string): Effect {
  const consequence = consequenceOf(error, what);
  switch (consequence.kind) {
    case "again":
      return { ...CALM, raced: true };
    case "silent":
      return CALM;
    case "problem":
      return problemEffect([consequence.problem]);
    case "retry":
      return { ...CALM, retry: { why: consequence.why, retryAfterSeconds: consequence.retryAfterSeconds } };
  }
}

export function problemEffect(problems: readonly Problem[]): Effect {
  return problems.length === 0 ? CALM : { ...CALM, problems };
}

export function changeEffect(kind: ChildKind, step: Write): Effect {
  return { ...CALM, changes: [changeOf(kind, step)] };
}

export function combine(effects: readonly Effect[]): Effect {
  const merged = mergeReports(effects);
  // One thing may stand in the way of several children.
  const problems = capProblems([...new Set(merged.problems)]);
  return { ...merged, problems, raced: effects.some(({ raced }) => raced) };
}

function changeOf({ resource }: ChildKind, step: Write): Change {
  const { name } = step.action === "create" ? step.child.metadata : step.live.metadata;
  return { action: PAST_TENSE[step.action], kind: resource.kind, name };
}

const PAST_TENSE = { create: "created", update: "updated", delete: "deleted" } as const;
