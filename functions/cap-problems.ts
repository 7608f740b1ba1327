/**
 * Of a route with ten thousand mistakes the first of each kind are reported, and how many more there are: whoever reads
 * them mends them one by one, and each would be an Event, a log line and memory. Pure.
 *
 * @module
 */
import type { Problem, ProblemReason } from "./problem.ts";

/** Of each reason. */
export const MAX_PROBLEMS = 10;

/** The first problems of each reason, and one that counts the others. Capping what is capped already loses no count. */
export function capProblems(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const kept: Problem[] = [];
  const seen = new Map<ProblemReason, number>();
  const left = new Map<ProblemReason, number>();
  for (const problem of problems) {
    const { reason, more = 0 } = problem;
    const count = (seen.get(reason) ?? 0) + (more === 0 ? 1 : 0);
    if (more === 0 && count <= MAX_PROBLEMS) kept.push(problem);
    else left.set(reason, (left.get(reason) ?? 0) + Math.max(1, more));
    seen.set(reason, count);
  }
  return [...kept, ...[...left].map(([reason, more]) => counted(reason, more))];
}

function counted(reason: ProblemReason, more: number): Problem {
  const message = `and ${more} more ${more === 1 ? "problem" : "problems"} of this kind; mend these first, and the next ones are reported`;
  return { reason, message, field: null, more };
}
