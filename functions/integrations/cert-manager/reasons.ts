/**
 * Reasons of problems that only this integration has.
 *
 * @module
 */
import type { ReasonMeanings } from "../definition.ts";

declare module "../../problem.ts" {
  interface ProblemReasons {
    TooManyNames: true;
    PrivateName: true;
    ContradictingRoutes: true;
    SecretNameTaken: true;
    SecretExists: true;
  }
}

export const CERT_MANAGER_REASONS: ReasonMeanings = {
  TooManyNames: "more names than one certificate may carry",
  PrivateName: "a name that no public certificate authority signs stands beside public ones",
  ContradictingRoutes: "routes that share a Secret ask for different things",
  SecretNameTaken: "a Certificate that is not ours writes the Secret already",
  SecretExists: "the Secret exists, cert-manager did not make it, and `existingSecrets` is `keep`",
};
