/**
 * What follows from an error of the API server: the table of causes and answers.
 *
 * @module
 */
import {
  ConflictError,
  ForbiddenError,
  KindNotServedError,
  type KubernetesError,
  NamespaceGoneError,
  NotFoundError,
  RejectedError,
  TooLargeError,
  TooManyRequestsError,
} from "../../kubernetes/errors.ts";
import type { Problem } from "../../problem.ts";

/**
 * `again`: somebody else wrote first, observe again. `silent`: it no longer matters. `problem`: permanent until
 * somebody acts; the user is told. `retry`: passing; the sender is asked to send again.
 */
export type Consequence =
  | { readonly kind: "again" }
  | { readonly kind: "silent" }
  | { readonly kind: "problem"; readonly problem: Problem }
  | { readonly kind: "retry"; readonly why: string; readonly retryAfterSeconds: number | null };

/** `what` names the integration or object concerned, for the message. */
export function consequenceOf(error: KubernetesError, what: string): Consequence {
  if (error instanceof ConflictError || error instanceof NotFoundError) return { kind: "again" };
  if (error instanceof NamespaceGoneError) return { kind: "silent" };
  if (error instanceof KindNotServedError) {
    return problem(
      "KindNotServed",
      `${what}: its kind is not served here; install its CustomResourceDefinition, or switch the integration off`,
    );
  }
  if (error instanceof ForbiddenError) {
    return problem(
      "Forbidden",
      `${what}: the API server forbids it (${error.message}); the next resync tries again`,
    );
  }
  if (error instanceof RejectedError) {
    return problem(
      "Rejected",
      `${what}: the API server refuses it (${error.message}); the next resync tries again`,
    );
  }
  if (error instanceof TooLargeError) {
    return problem(
      "TooLarge",
      `${what}: what this route needs is too large for the API server to keep, so nothing is written. Split the ` +
        `route into several with fewer hosts each, or shorten its annotations and the template (${error.message})`,
    );
  }
  return {
    kind: "retry",
    why: `${what}: ${error.message}`,
    retryAfterSeconds: error instanceof TooManyRequestsError ? error.retryAfterSeconds : null,
  };
}

function problem(reason: Problem["reason"], message: string): Consequence {
  return { kind: "problem", problem: { reason, message, field: null } };
}
