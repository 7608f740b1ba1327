/**
 * HTTPS to the API server over a keep-alive pool. Built on node:https because waking is paid per import
 * (ADR 0002): no client library, no extra module beyond what the HTTP server has loaded anyway.
 *
 * @module
 */
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import type { Credentials } from "./credentials.ts";
import { UnavailableError } from "./errors.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path with encoded segments and query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly timeoutMs?: number;
}

export interface ApiResponse {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** @throws UnavailableError when no complete answer came */
export type Transport = (request: ApiRequest, authorization: string | null) => Promise<ApiResponse>;

const USER_AGENT = "traefik-cert-rotater";
const JSON_TYPE = "application/json";
const DEFAULT_TIMEOUT_MS = 10_000;

/** Fast events share the pool with a resync, which is held to fewer requests in flight than there are sockets. */
const MAX_SOCKETS = 64;

/** A transport to the server that the credentials name. Connections are opened on demand and kept. */
export function createTransport(credentials: Credentials): Transport {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    scheduling: "lifo",
    ...credentials.tls,
  });
  const { hostname, port, pathname } = credentials.server;
  const prefix = pathname === "/" ? "" : pathname;
  const base: RequestOptions = { agent, hostname: hostname.replace(/^\[|\]$/g, ""), port: port || 443 };
  return (apiRequest, authorization) =>
    send({ ...base, path: prefix + apiRequest.path }, apiRequest, authorization);
}

function send(
  base: RequestOptions,
  apiRequest: ApiRequest,
  authorization: string | null,
): Promise<ApiResponse> {
  const {
    method,
    body,
    accept = JSON_TYPE,
    contentType = JSON_TYPE,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  } = apiRequest;
  const named = describe(apiRequest);
  const headers: Record<string, string | number> = { accept, "user-agent": USER_AGENT };
  if (authorization !== null) headers.authorization = authorization;
  if (body !== undefined) {
    headers["content-type"] = contentType;
    headers["content-length"] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      clearTimeout(timer);
      reject(new UnavailableError(named, cause.message, { cause }));
    };
    const request = httpsRequest({ ...base, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        const retryAfter = response.headers["retry-after"] ?? null;
        const text = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString("utf8");
        resolve({ status: response.statusCode ?? 0, retryAfter, text });
      });
    });
    // One deadline for the whole exchange: a server that trickles bytes is as bad as a silent one.
    const timer = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    request.on("error", fail);
    request.end(body);
  });
}

/** Method and path for people, without the query. */
export function describe(request: ApiRequest): string {
  return `${request.method} ${request.path.split("?", 1)[0]}`;
}
