/**
 * Runs the app on `node:http` without Node's Fetch implementation, see `answer.ts`. Written here because
 * `@hono/node-server` touches the globals `Request` and `Response` when it is imported.
 *
 * @module
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import { type AppDependencies, createApp } from "./app.ts";

/** A listener for `http.createServer` that serves the app. */
export function createListener(dependencies: AppDependencies): RequestListener {
  // Hono hands through what a handler returns; only `send` below ever looks at it.
  const app = createApp({ ...dependencies, respond: (answer) => answer as unknown as Response });
  return async (incoming, outgoing) => {
    const answer = await app.fetch(toRequest(incoming));
    send(incoming, outgoing, answer as unknown as Answer);
  };
}

/** What the app reads of a `Request`. */
function toRequest(incoming: IncomingMessage): Request {
  const request = {
    method: incoming.method === "HEAD" ? "GET" : (incoming.method ?? "GET"),
    url: `http://localhost${incoming.url?.startsWith("/") ? "" : "/"}${incoming.url}`,
    // By lower-case name; Node gives a list only for Set-Cookie.
    headers: new Map(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    // Without this option an early end of reading would close the connection, and the answer with it.
    body: incoming.iterator({ destroyOnReturn: false }),
  };
  return request as unknown as Request;
}

function send(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): void {
  const length = answer.status === 204 ? {} : { "content-length": Buffer.byteLength(answer.body ?? "") };
  outgoing.writeHead(answer.status, { ...answer.headers, ...length });
  outgoing.end(answer.body);
  // What is left of a body that was refused is thrown away, so that the sender gets to read the answer.
  if (!incoming.readableEnded) incoming.resume();
}
