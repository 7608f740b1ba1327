/**
 * A sink that keeps what it gets and answers as a test wants.
 *
 * @module
 */
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedEvent {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Sink {
  /** Such as `http://127.0.0.1:41234/`. */
  readonly url: string;
  readonly received: readonly ReceivedEvent[];
  /** Waits for the first request, past or to come, that satisfies `condition`. Throws after 30 s. */
  request(condition: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent>;
  stop(): Promise<void>;
}

/** How to answer: a status, or null to break the connection. */
export type Answer = (event: ReceivedEvent) => number | null | Promise<number | null>;

/** Starts a sink on loopback; it answers 202 unless given. */
export async function startSink(answer: Answer = () => 202): Promise<Sink> {
  const received: ReceivedEvent[] = [];
  const emitter = new EventEmitter().setMaxListeners(0);
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const { method = "", url: path = "", headers } = request;
    const event = { method, path, headers, body };
    received.push(event);
    emitter.emit("request");
    const status = await answer(event);
    if (status === null) response.destroy();
    else response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    async request(condition) {
      const signal = AbortSignal.timeout(30_000);
      for (let seen = 0; ; seen++) {
        while (seen >= received.length) await once(emitter, "request", { signal });
        const event = received[seen];
        if (event !== undefined && condition(event)) return event;
      }
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
