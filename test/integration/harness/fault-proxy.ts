/**
 * Stands between the function and the API server, passes on what it gets and lets tests break single exchanges.
 *
 * @module
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { createAuthority, issue } from "../../control-plane/certificates.ts";
import type { Cluster } from "../../control-plane/cluster.ts";

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
  readonly body: string;
}

/**
 * What happens to an exchange.
 * `answer`: the API server never sees it. `refuse`: the connection breaks before it does. `lose`: the connection
 * breaks after the API server has done it. `truncate`: half of its answer comes and counts as all. `cut`: half of it
 * comes, then the connection breaks. `hang`: no answer ever. `after`: passed on once `first` has ended, which may
 * change the cluster. `replace`: its answer is changed.
 */
export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body: string | object;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "refuse" }
  | { readonly kind: "lose" }
  | { readonly kind: "truncate" }
  | { readonly kind: "cut" }
  | { readonly kind: "hang" }
  | { readonly kind: "after"; readonly first: () => Promise<void> }
  | { readonly kind: "replace"; readonly body: (body: string) => string };

export type Rule = (request: ProxiedRequest) => Fault | null;

export interface FaultProxy {
  /** Such as `https://127.0.0.1:41234`. */
  readonly url: string;
  readonly caPem: string;
  /** Every request so far. */
  readonly requests: readonly ProxiedRequest[];
  /** The rule in force; null passes everything on. */
  rule: Rule | null;
  /** Waits for the next request, passed on or not, that satisfies `condition`. */
  request(condition: (request: ProxiedRequest) => boolean): Promise<ProxiedRequest>;
  stop(): Promise<void>;
}

export async function startFaultProxy(cluster: Cluster): Promise<FaultProxy> {
  const authority = await createAuthority("fault-proxy-authority");
  const certificate = await issue(authority, { commonName: "fault-proxy", hosts: ["127.0.0.1"] });
  const upstream = new Agent({ keepAlive: true, maxSockets: 64, ca: cluster.caPem });
  const requests: ProxiedRequest[] = [];
  const waiting = new Set<(request: ProxiedRequest) => void>();
  const server = createServer(
    { cert: certificate.certPem, key: certificate.keyPem },
    (incoming, outgoing) => {
      handle(incoming, outgoing).catch(() => outgoing.destroy());
    },
  ).listen(0, "127.0.0.1");
  await once(server, "listening");

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const seen = await read(incoming);
    requests.push(seen);
    for (const reported of waiting) reported(seen);
    const fault = proxy.rule?.(seen) ?? null;
    switch (fault?.kind) {
      case "hang":
        return;
      case "refuse":
        outgoing.destroy();
        return;
      case "answer":
        reply(outgoing, fault.status, fault.headers ?? {}, fault.body);
        return;
      case "after":
        await fault.first();
    }
    const { status, headers, body } = await forward(cluster.url, upstream, incoming, seen);
    if (fault?.kind === "lose") outgoing.destroy();
    else if (fault?.kind === "truncate") reply(outgoing, status, headers, body.slice(0, body.length / 2));
    else if (fault?.kind === "cut") {
      outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
      outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy());
    } else if (fault?.kind === "replace") reply(outgoing, status, headers, fault.body(body));
    else reply(outgoing, status, headers, body);
  }

  const proxy: FaultProxy = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: authority.certPem,
    requests,
    rule: null,
    request: (condition) =>
      new Promise((resolve) => {
        const reported = (request: ProxiedRequest) => {
          if (!condition(request)) return;
          waiting.delete(reported);
          resolve(request);
        };
        waiting.add(reported);
      }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      upstream.destroy();
    },
  };
  return proxy;
}

/** A fault for the first so many requests that satisfy the condition; none for the rest. */
export function first(count: number, condition: (request: ProxiedRequest) => boolean, fault: Fault): Rule {
  let left = count;
  return (request) => (left > 0 && condition(request) && left-- > 0 ? fault : null);
}

/** Whether the request is for objects of that plural, with that method unless any. */
export function concerns(plural: string, method?: string): (request: ProxiedRequest) => boolean {
  return (request) =>
    (method === undefined || request.method === method) && request.path.split("/").includes(plural);
}

/** An answer as the API server words its errors. */
export function statusAnswer(
  code: number,
  reason: string,
  extra: { readonly details?: object; readonly headers?: Readonly<Record<string, string>> } = {},
): Fault {
  const { details, headers } = extra;
  const body = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: `injected: ${reason}`,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
  return { kind: "answer", status: code, body, ...(headers === undefined ? {} : { headers }) };
}

async function read(incoming: IncomingMessage): Promise<ProxiedRequest> {
  let body = "";
  for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "https://proxy");
  const { method = "GET", headers } = incoming;
  return { method, path: pathname, query: searchParams, authorization: headers.authorization ?? "", body };
}

function forward(
  url: string,
  agent: Agent,
  incoming: IncomingMessage,
  { body }: ProxiedRequest,
): Promise<{ status: number; headers: Record<string, string>; body: string }> {
  return new Promise((resolve, reject) => {
    const { host: _, ...headers } = incoming.headers;
    const request = httpsRequest(new URL(incoming.url ?? "/", url), {
      agent,
      method: incoming.method,
      headers,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        const type = response.headers["content-type"] ?? "application/json";
        const retryAfter = response.headers["retry-after"];
        resolve({
          status: response.statusCode ?? 0,
          headers: {
            "content-type": type,
            ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
          },
          body: text,
        });
      });
    });
    request.end(body);
  });
}

function reply(
  outgoing: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | object,
): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  outgoing.writeHead(status, {
    "content-type": typeof body === "string" ? "text/html" : "application/json",
    ...headers,
    "content-length": Buffer.byteLength(text),
  });
  outgoing.end(text);
}
