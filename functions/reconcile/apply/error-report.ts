/**
 * What follows from an error of the API server: the table of causes and answers.
 *
 * @module
 */
import {
  ConflictError,
  ForbiddenError,
  KindNotServedError,
  KubernetesError,
  NamespaceGoneError,
  NotFoundError,
  RejectedError,
  TooLargeError,
  TooManyRequestsError,
} from "../../kubernetes/errors.ts";
import type { Problem } from "../../problem.ts";
import { CONFLICT, NOTHING_TO_DO, type Report, reportProblems, reportRetry } from "./report.ts";

/**
 * Somebody else wrote first: observe again. A namespace that goes: nothing matters any more. Permanent until somebody
 * acts: it is reported. Transient: the sender is asked to send again. `what` names the integration or object
 * concerned, for the message.
 *
 * @throws whatever is no `KubernetesError`: a bug
 */
export function reportError(error: unknown, what: string): Report {
  if (!(error instanceof KubernetesError)) throw error;
  if (error instanceof ConflictError || error instanceof NotFoundError) return CONFLICT;
  if (error instanceof NamespaceGoneError) return NOTHING_TO_DO;
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
  return reportRetry(
    `${what}: ${error.message}`,
    error instanceof TooManyRequestsError ? error.retryAfterSeconds : null,
  );
}

/** The same where nobody observes again: a conflict is transient. */
export function reportFinalError(error: unknown, what: string): Report {
  const report = reportError(error, what);
  return report.conflict ? reportRetry(`${what}: ${(error as KubernetesError).message}`) : report;
}

function problem(reason: Problem["reason"], message: string): Report {
  return reportProblems([{ reason, message, field: null }]);
}
