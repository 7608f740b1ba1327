/**
 * Passes HTTP requests on to the backend of their host.
 *
 * @module
 */
import {
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import type { Backend } from "./routes.ts";

/** `find` gives the backend of a host, `resolve` the address of its Service. */
export function createProxy(
  find: (host: string) => Backend | undefined,
  resolve: (backend: Backend) => Promise<string>,
): RequestListener {
  return async (incoming, outgoing) => {
    const backend = find((incoming.headers.host ?? "").replace(/:\d+$/, ""));
    if (backend === undefined) {
      outgoing.writeHead(404).end("no Ingress has this host\n");
      return;
    }
    try {
      pass(incoming, outgoing, backend, await resolve(backend));
    } catch (error) {
      outgoing.writeHead(502).end(`${error}\n`);
    }
  };
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, backend: Backend, host: string): void {
  const { method, url: path, headers } = incoming;
  const passed = httpRequest({
    host,
    port: backend.port,
    method,
    path,
    headers: { ...headers, ...backend.headers },
    // A kept connection would stay with the pod that the Service led to when it was made.
    agent: false,
  });
  passed.on("error", (error) => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end(`${error.message}\n`);
  });
  passed.on("response", (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  outgoing.on("close", () => passed.destroy());
  incoming.pipe(passed);
}
