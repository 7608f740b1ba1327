/**
 * Why a cluster cannot be looked at, in one sentence with what to do about it.
 *
 * @module
 */
import {
  ForbiddenError,
  KindNotServedError,
  KubernetesError,
  TooManyRequestsError,
  UnauthorizedError,
  UnavailableError,
} from "../../kubernetes/errors.ts";

/** The command knows nothing, for the cluster refused access; the message says why and what to do. */
export class ClusterAccessError extends Error {
  override readonly name = "ClusterAccessError";
}

/** What the error means for somebody who asked that server. */
export function accessError(error: KubernetesError, server: string): ClusterAccessError {
  return new ClusterAccessError(sentence(error, server), { cause: error });
}

/**
 * What the request answers.
 *
 * @param forbidden what to say where the right to it is missing
 * @throws {ClusterAccessError}
 */
export async function orAccessError<T>(
  request: Promise<T>,
  server: string,
  forbidden: (error: ForbiddenError) => string,
): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ForbiddenError) throw new ClusterAccessError(forbidden(error), { cause: error });
    throw error instanceof KubernetesError ? accessError(error, server) : error;
  }
}

function sentence(error: KubernetesError, server: string): string {
  if (error instanceof UnauthorizedError) {
    return `the API server ${server} does not know who you are (401 Unauthorized): log in again, or choose another user with --context`;
  }
  if (error instanceof ForbiddenError) {
    return `the API server ${server} does not allow it (403 Forbidden): ${error.message}`;
  }
  if (error instanceof TooManyRequestsError) {
    return `the API server ${server} has too many requests (429): try again in ${error.retryAfterSeconds} s`;
  }
  if (error instanceof UnavailableError) return unavailable(error, server);
  if (error instanceof KindNotServedError) {
    return `${server} does not answer as a Kubernetes API server (${error.message}): check the server of the kubeconfig's context`;
  }
  return `the API server ${server} answered: ${error.message}`;
}

function unavailable(error: UnavailableError, server: string): string {
  const { cause } = error;
  const code = codeOf(cause);
  const why = cause instanceof Error ? reason(cause) : error.message;
  if (code !== null && UNTRUSTED.test(code)) {
    return (
      `the certificate of the API server ${server} is not accepted (${code}: ${why}): ` +
      "check certificate-authority and tls-server-name of the kubeconfig's cluster"
    );
  }
  if (code !== null && NO_TLS.test(code)) {
    return `the API server ${server} does not speak TLS there (${why}): check scheme and port in the kubeconfig's cluster`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `the name of the API server ${server} cannot be resolved (${why}): check the server of the kubeconfig's cluster, and the network`;
  }
  if (cause instanceof Error && !(cause instanceof SyntaxError)) {
    return `the API server ${server} cannot be reached (${why}): is the cluster running, and is this the right --context?`;
  }
  return `the API server ${server} is not well (${error.message}): try again later`;
}

/** Codes of OpenSSL and of Node for a certificate that does not do. */
const UNTRUSTED = /CERT|SIGNATURE|ISSUER|^ERR_TLS_CERT/;
const NO_TLS = /^(EPROTO|ERR_SSL_)/;

/** Where a name has several addresses, the reasons are inside. */
function reason(cause: Error): string {
  const inner = cause instanceof AggregateError ? cause.errors.map(messageOf).join("; ") : cause.message;
  return (inner.split("\n", 1)[0] ?? inner) || cause.name;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(cause: unknown): string | null {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  return typeof code === "string" ? code : null;
}
