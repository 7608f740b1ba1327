/**
 * Problems in the order in which a reader meets their fields, each once. Pure.
 *
 * @module
 */
import { type Problem, stepsOf } from "../../problem.ts";

/** The order in which people write the fields; others come behind, those about no field at the end. */
const FIRST = ["apiVersion", "metadata", "spec", "annotations", "routes", "tls"];

export function inOrder<P extends Problem>(problems: readonly P[]): readonly P[] {
  const unique = new Map(
    problems.map((problem) => [JSON.stringify([problem.reason, problem.field, problem.message]), problem]),
  );
  return [...unique.values()].sort((one, other) => compareFields(one.field, other.field));
}

export function compareFields(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const [left, right] = [stepsOf(one), stepsOf(other)];
  for (const [index, step] of left.entries()) {
    const order = compareSteps(step, right[index]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareSteps(one: string, other: string | undefined): number {
  if (one === other) return 0;
  if (other === undefined) return 1;
  if (isIndex(one) && isIndex(other)) return Number(one) - Number(other);
  return rankOf(one) - rankOf(other) || (one < other ? -1 : 1);
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step);
}

function rankOf(step: string): number {
  const index = FIRST.indexOf(step);
  return index < 0 ? FIRST.length : index;
}
