/**
 * From an HTTP answer of the API server to the error class that names its cause.
 *
 * @module
 */
import { isRecord } from "../schema/unknown.ts";
import {
  ConflictError,
  ExpiredError,
  ForbiddenError,
  KindNotServedError,
  type KubernetesError,
  NamespaceGoneError,
  NotFoundError,
  RejectedError,
  TooLargeError,
  TooManyRequestsError,
  UnauthorizedError,
  UnavailableError,
} from "./errors.ts";
import type { ApiResponse } from "./exchange.ts";

/** The parts of a `metav1.Status` that decide; all absent where the answer is plain text. */
interface Status {
  readonly message: string;
  readonly detailsName: string | null;
  readonly detailsKind: string | null;
  readonly causes: readonly { readonly reason: string; readonly field: string }[];
}

/** An answer may quote the object it refuses. */
const MAX_MESSAGE_LENGTH = 1_000;

/**
 * Refusals that the API server passes on as they come, with a 500 and no reason: etcd's and its client's of an object
 * that is too large (kubernetes/kubernetes#112152), and that of a field which the kind's schema does not have
 * (kubernetes/kubernetes#122480).
 */
const TOO_LARGE = /etcdserver: request is too large|(?:send|received) message larger than max/;
const AGAINST_THE_SCHEMA = /^failed to create typed (?:patch|live) object/;
/** An admission webhook chooses the status itself, a policy the reason; neither says that it passes. */
const DENIED =
  /^admission webhook "[^"]*" denied the request|: ValidatingAdmissionPolicy '[^']*' with binding /;

/** The error for an answer outside 2xx. `request` names method and path for people. */
export function errorOf(request: string, response: ApiResponse): KubernetesError {
  const status = parseStatus(response.text);
  // A 404 whose second half is missing must not pass for the plain text of a kind that is not served.
  if (status === null) return new UnavailableError(request, `${response.status} with half a Status`);
  const { message } = status;
  // A policy's 403 stays what it is.
  if (response.status !== 403 && DENIED.test(message)) return new RejectedError(request, message);
  if (response.status === 413 || TOO_LARGE.test(message)) return new TooLargeError(request, message);
  switch (response.status) {
    case 400:
      return new RejectedError(request, message);
    case 401:
      return new UnauthorizedError(request, message);
    case 403:
      return status.causes.some((cause) => cause.reason === "NamespaceTerminating")
        ? new NamespaceGoneError(request, message)
        : new ForbiddenError(request, message);
    case 404:
      return notFound(request, status);
    case 409:
      return new ConflictError(request, message);
    case 410:
      return new ExpiredError(request, message);
    case 422:
      return isPreconditionFailure(status)
        ? new ConflictError(request, message)
        : new RejectedError(request, message);
    case 429:
      return new TooManyRequestsError(request, message, retryAfterSeconds(response));
    default:
      return isTransient(response.status, message)
        ? new UnavailableError(request, `${response.status} ${message}`)
        : new RejectedError(request, `${response.status} ${message}`);
  }
}

function isTransient(status: number, message: string): boolean {
  return status >= 500 && status !== 501 && !AGAINST_THE_SCHEMA.test(message);
}

/** A kind that is not served answers in plain text or without a name; an absent object is named. */
function notFound(request: string, status: Status): KubernetesError {
  if (status.detailsKind === "namespaces") return new NamespaceGoneError(request, status.message);
  if (status.detailsName !== null) return new NotFoundError(request, status.message);
  return new KindNotServedError(request, status.message);
}

function isPreconditionFailure(status: Status): boolean {
  return status.causes.some(
    (cause) => cause.field === "metadata.uid" || cause.field === "metadata.resourceVersion",
  );
}

function retryAfterSeconds(response: ApiResponse): number {
  const seconds = Number(response.retryAfter);
  return Number.isFinite(seconds) && seconds >= 1 ? Math.ceil(seconds) : 1;
}

/** Null where the text begins as JSON and does not end so. */
function parseStatus(text: string): Status | null {
  const none = { message: text.slice(0, 500).trim(), detailsName: null, detailsKind: null, causes: [] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text.startsWith("{") ? null : none;
  }
  if (!isRecord(parsed) || parsed.kind !== "Status") return none;
  const details = isRecord(parsed.details) ? parsed.details : {};
  return {
    message: stringOr(parsed.message, "").slice(0, MAX_MESSAGE_LENGTH),
    detailsName: typeof details.name === "string" ? details.name : null,
    detailsKind: typeof details.kind === "string" ? details.kind : null,
    causes: (Array.isArray(details.causes) ? details.causes : []).filter(isRecord).map((cause) => ({
      reason: stringOr(cause.reason, ""),
      field: stringOr(cause.field, ""),
    })),
  };
}

function stringOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}
