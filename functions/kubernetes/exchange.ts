/**
 * One request and its answer over a pool of connections, with a deadline.
 *
 * @module
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import { type Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { TLSSocket } from "node:tls";
import { UnavailableError } from "./errors.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path with encoded segments and query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** From sending to the end of the answer; waiting for a connection and making one are extra. */
  readonly timeoutMs?: number;
  /** Gets an answer in 2xx in pieces as they come, instead of `text` at the end; `signal` ends it. */
  readonly stream?: { onText(text: string): void; readonly signal: AbortSignal };
}

export interface ApiResponse {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** The server's certificate does not verify: its authority was rotated, or this is not the API server. Nothing was sent. */
export class UntrustedServerError extends UnavailableError {}

/** A kept connection turned out to be closed: the server may have ended it just before the request, or just after. */
export class StaleConnectionError extends UnavailableError {}

/** @throws UnavailableError when no complete answer came */
export type Exchange = (
  options: RequestOptions,
  apiRequest: ApiRequest,
  authorization: string | null,
) => Promise<ApiResponse>;

const USER_AGENT = "traefik-cert-rotater";
const JSON_TYPE = "application/json";
const DEFAULT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** How many may wait for a connection, and for how long. */
export interface WaitLimits {
  readonly requests: number;
  readonly ms: number;
}

const WAIT_LIMITS: WaitLimits = {
  // What waits costs some kilobytes each: a flood beyond this is better kept by those who send it.
  requests: 10_000,
  // As long as a Trigger waits for its event by default (`delivery.timeout`): a later answer helps nobody.
  ms: 60_000,
};

/** Exchanges over the agent's connections. Waiting for one is bounded, in time and in how many wait. */
export function createExchange(agent: Agent, limits = WAIT_LIMITS): Exchange {
  let waiting = 0;
  return async (options, apiRequest, authorization) => {
    const named = describe(apiRequest);
    if (waiting >= limits.requests) {
      throw new UnavailableError(named, `${waiting} requests wait for a connection already`);
    }
    const { method, body, timeoutMs = DEFAULT_TIMEOUT_MS, stream } = apiRequest;
    const request = httpsRequest({
      ...options,
      ...(stream === undefined ? {} : { signal: stream.signal }),
      agent,
      method,
      headers: headersOf(apiRequest, authorization),
    });
    const { promise, resolve, reject } = Promise.withResolvers<ApiResponse>();
    let timer: NodeJS.Timeout | undefined;
    const giveUpAfter = (ms: number, missing: string) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const cause = Object.assign(new Error(`${missing} in ${ms} ms`), { code: "ETIMEDOUT" });
        // A request that waits emits its error only once it is its turn, so that is not waited for.
        reject(new UnavailableError(named, cause.message, { cause }));
        request.destroy(cause);
      }, ms);
    };

    giveUpAfter(limits.ms, "no connection became free");
    waiting++;
    let isWaiting = true;
    request.once("socket", (socket) => {
      isWaiting = false;
      waiting--;
      // One deadline for all of the answer: a server that trickles bytes is as bad as a silent one.
      const beginAnswer = () => giveUpAfter(timeoutMs, "no answer");
      if (!socket.connecting) return beginAnswer();
      giveUpAfter(CONNECT_TIMEOUT_MS, "no connection");
      socket.once("secureConnect", beginAnswer);
    });
    request.once("response", (response) => {
      const fail = (cause: Error) => reject(new UnavailableError(named, cause.message, { cause }));
      if (stream === undefined || response.statusCode !== 200) collect(response, resolve, fail);
      else pass(response, stream, resolve, fail);
    });
    request.on("error", (cause) => reject(failureOf(request, named, cause)));
    request.end(body);
    return promise.finally(() => {
      clearTimeout(timer);
      if (isWaiting) waiting--;
    });
  };
}

function headersOf(
  { body, accept = JSON_TYPE, contentType = JSON_TYPE }: ApiRequest,
  authorization: string | null,
): Record<string, string | number> {
  return {
    accept,
    "user-agent": USER_AGENT,
    ...(authorization === null ? {} : { authorization }),
    ...(body === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
  };
}

function collect(
  response: IncomingMessage,
  resolve: (response: ApiResponse) => void,
  reject: (cause: Error) => void,
): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", reject);
  response.on("end", () => {
    const retryAfter = response.headers["retry-after"] ?? null;
    const text = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString("utf8");
    resolve({ status: response.statusCode ?? 0, retryAfter, text });
  });
}

/** Hands the pieces on instead of keeping them. */
function pass(
  response: IncomingMessage,
  { onText }: NonNullable<ApiRequest["stream"]>,
  resolve: (response: ApiResponse) => void,
  reject: (cause: Error) => void,
): void {
  response.setEncoding("utf8");
  response.on("data", onText);
  response.on("error", reject);
  response.on("end", () => resolve({ status: 200, retryAfter: null, text: "" }));
}

function failureOf(request: ClientRequest, named: string, cause: NodeJS.ErrnoException): UnavailableError {
  const { socket, reusedSocket } = request;
  // A connection that does not verify ends with the very error that it has as its authorization's.
  if (
    cause.code !== undefined &&
    socket instanceof TLSSocket &&
    String(socket.authorizationError) === cause.code
  ) {
    return new UntrustedServerError(named, `its certificate is not trusted: ${cause.message}`, { cause });
  }
  if (cause.code === "ECONNRESET" && reusedSocket)
    return new StaleConnectionError(named, cause.message, { cause });
  return new UnavailableError(named, cause.message, { cause });
}

/** Method and path for people, without the query. */
export function describe(request: ApiRequest): string {
  return `${request.method} ${request.path.split("?", 1)[0]}`;
}
