/**
 * The deletion limit: a resync that finds much to delete is more likely wrong (a half-restored cluster, a wrong
 * configuration) than right, and deleted DNS records are an outage.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";

const ALWAYS_ALLOWED = 10;
const ALLOWED_SHARE = 0.1;
const CONFIRM = "traefik-cert-rotater resync --confirm-deletions";

/** Whether `wanted` deletions among `children` of ours need a person's confirmation. */
export function isOverLimit(wanted: number, children: number, confirmed: boolean): boolean {
  return !confirmed && wanted > Math.max(ALWAYS_ALLOWED, children * ALLOWED_SHARE);
}

export function blockedProblem(wanted: number, children: number): Problem {
  return {
    reason: "DeletionBrake",
    message:
      `the resync would delete ${wanted} of ${children} children, so it deletes none. ` +
      `If that is right, run: ${CONFIRM}`,
    field: null,
  };
}

/** On a route whose child is not deleted. Without numbers, or each resync would make an Event of its own. */
export const BLOCKED_ON_ROUTE: Problem = {
  reason: "DeletionBrake",
  message:
    "a child that is no longer wanted here is not deleted, for too many would go with it at once. If the configuration " +
    "is at fault (selector, hostPolicy, integrations, onDisable), correct it and nothing is lost. " +
    `If all of them are to go, run: ${CONFIRM}`,
  field: null,
};
