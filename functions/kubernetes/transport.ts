/**
 * HTTPS to the API server over a keep-alive pool. Built on node:https because waking is paid per import
 * (ADR 0002): no client library, no extra module beyond what the HTTP server has loaded anyway.
 *
 * @module
 */
import { Agent } from "node:https";
import { isDeepStrictEqual } from "node:util";
import type { Credentials, TlsSettings } from "./credentials.ts";
import {
  type ApiRequest,
  type ApiResponse,
  createExchange,
  type Exchange,
  StaleConnectionError,
  UntrustedServerError,
} from "./exchange.ts";

/** @throws UnavailableError when no complete answer came */
export type Transport = (request: ApiRequest, authorization: string | null) => Promise<ApiResponse>;

/** Fast events share the pool with a resync, which is limited to fewer requests in flight than there are sockets. */
const MAX_SOCKETS = 64;

/**
 * A transport to the server that the credentials name. Connections are opened on demand and kept. Where the server's
 * certificate does not verify, its authority may have been rotated: it is read again, and if it has changed the
 * request, which was not sent, is tried once more.
 */
export function createTransport(credentials: Credentials): Transport {
  let known: Exchange | null = null;
  // Made for the first request: what TLS needs is not loaded before the process listens.
  const exchange: Exchange = (...request) => {
    known ??= createExchange(new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: "lifo" }));
    return known(...request);
  };
  const { hostname, port, pathname } = credentials.server;
  const prefix = pathname === "/" ? "" : pathname;
  const base = { hostname: hostname.replace(/^\[|\]$/g, ""), port: port || 443 };
  // Part of each request, not of the pool: a connection that was made with other settings is not used for it.
  let tls = credentials.tls;

  const send: Transport = async (request, authorization) => {
    const options = { ...base, ...tls, path: prefix + request.path };
    try {
      return await exchange(options, request, authorization);
    } catch (error) {
      // What only reads does no harm if it comes twice.
      if (!(error instanceof StaleConnectionError) || request.method !== "GET") throw error;
      return exchange(options, request, authorization);
    }
  };

  const hasChanged = async (used: TlsSettings): Promise<boolean> => {
    tls = (await credentials.reloadTls?.().catch(() => null)) ?? tls;
    return !isDeepStrictEqual(tls, used);
  };

  return async (request, authorization) => {
    const used = tls;
    try {
      return await send(request, authorization);
    } catch (error) {
      if (!(error instanceof UntrustedServerError) || !(await hasChanged(used))) throw error;
      return send(request, authorization);
    }
  };
}
