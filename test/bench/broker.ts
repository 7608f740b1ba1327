/**
 * A Broker and its Trigger for the bench: takes events at once and delivers each to one replica or another, in any order,
 * so many at a time, again where the answer asks for it.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { send } from "../integration/harness/cloud-events.ts";

const AT_ONCE = 16;
const ATTEMPTS = 10;

export interface Broker {
  readonly url: string;
  /** Waits until all that was taken is delivered; throws where a replica never took one. */
  delivered(): Promise<void>;
  stop(): Promise<void>;
}

export async function startBroker(replicas: readonly string[]): Promise<Broker> {
  const waiting: { readonly headers: Record<string, string>; readonly body: string }[] = [];
  const running = new Set<Promise<void>>();
  let failure: unknown = null;
  const pump = () => {
    while (running.size < AT_ONCE && waiting.length > 0) {
      const [event] = waiting.splice(Math.floor(Math.random() * waiting.length), 1);
      const replica = replicas[Math.floor(Math.random() * replicas.length)] ?? "";
      if (event === undefined) return;
      const delivery = deliver(replica, event)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          running.delete(delivery);
          pump();
        });
      running.add(delivery);
    }
  };
  const server = createServer(async (request, response) => {
    waiting.push({ headers: eventHeaders(request.headers), body: await text(request) });
    response.writeHead(202).end();
    pump();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async delivered() {
      while (running.size > 0) await Promise.race(running);
      if (failure !== null) throw failure;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function deliver(
  replica: string,
  event: { readonly headers: Record<string, string>; readonly body: string },
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // A kept connection that a replica has just closed is none of its answers.
    const { status } = await send(replica, event).catch(() => ({ status: 503 }));
    if (status === 204) return;
    if (status !== 503) throw new Error(`${replica} answered ${status}`);
  }
  throw new Error(`${replica} answered 503 each time`);
}

function eventHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith("ce-") || name === "content-type");
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
