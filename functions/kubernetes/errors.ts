/**
 * What can come back from the API server other than success: one class per cause, so that callers decide by
 * `instanceof` and never by status codes or message texts.
 *
 * @module
 */

/** Common base; `cause` keeps what the transport or the parser threw. */
export class KubernetesError extends Error {
  readonly request: string;

  constructor(request: string, message: string, options?: ErrorOptions) {
    super(`${request}: ${message}`, options);
    this.name = new.target.name;
    this.request = request;
  }
}

/** 409, or 422 on `metadata.uid` or `metadata.resourceVersion`: somebody else wrote first. Observe again. */
export class ConflictError extends KubernetesError {}

/** 401: the token was rotated or is not accepted. */
export class UnauthorizedError extends KubernetesError {}

/** The namespace is being deleted or is gone: nothing in it matters any more. */
export class NamespaceGoneError extends KubernetesError {}

/** 404 for the kind itself: its CustomResourceDefinition is absent. Never means "no objects". */
export class KindNotServedError extends KubernetesError {}

/** 404 with the object's name in the Status: the object is absent. */
export class NotFoundError extends KubernetesError {}

/** 403: RBAC or an admission plugin; permanent until somebody acts. */
export class ForbiddenError extends KubernetesError {}

/** 400, 422, or whatever an admission webhook says: the object is refused; permanent until somebody acts. */
export class RejectedError extends KubernetesError {}

/** 413, or a 500 that passes on etcd's refusal: the object is too large; permanent until it is made smaller. */
export class TooLargeError extends KubernetesError {}

/** 410: the list's continue token is too old; the list must start again. */
export class ExpiredError extends KubernetesError {}

/** 429; `retryAfterSeconds` is what the server asked for, at least 1. */
export class TooManyRequestsError extends KubernetesError {
  readonly retryAfterSeconds: number;

  constructor(request: string, message: string, retryAfterSeconds: number) {
    super(request, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** 5xx, a broken connection, a timeout, or an answer that is no Kubernetes API object: transient. */
export class UnavailableError extends KubernetesError {}
