/**
 * The deletion brake: a resync that finds much to delete is more likely wrong (a half-restored cluster, a wrong
 * configuration) than right, and deleted DNS records are an outage.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";

const ALWAYS_ALLOWED = 10;
const ALLOWED_SHARE = 0.1;

/** Whether `wanted` deletions among `children` of ours need a person's confirmation. */
export function isHeld(wanted: number, children: number, confirmed: boolean): boolean {
  return !confirmed && wanted > Math.max(ALWAYS_ALLOWED, children * ALLOWED_SHARE);
}

export function heldProblem(wanted: number, children: number): Problem {
  return {
    reason: "DeletionBrake",
    message:
      `the resync would delete ${wanted} of ${children} children, so it deletes none. ` +
      "If that is right, run: traefik-cert-rotater resync --confirm-deletions",
    field: null,
  };
}
