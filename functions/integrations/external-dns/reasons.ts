/**
 * Reasons of problems that only this integration has.
 *
 * @module
 */
import type { ReasonMeanings } from "../definition.ts";

declare module "../../problem.ts" {
  interface ProblemReasons {
    TargetMissing: true;
    TargetPending: true;
    TargetConflict: true;
  }
}

export const EXTERNAL_DNS_REASONS: ReasonMeanings = {
  TargetMissing: "there is no address for the records",
  TargetPending: "the load balancer of the target has no address yet",
  TargetConflict: "another route of the namespace decides where the host points",
};
