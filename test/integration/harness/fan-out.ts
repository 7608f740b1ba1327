/**
 * Stands in for a Broker and its Trigger, as far as handing out goes: takes an event with 202 and delivers it later to
 * one instance after the other, at least once, and again where the answer asks for it. It filters nothing, has no dead
 * letters and keeps nothing on disk.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type HttpAnswer, send } from "./cloud-events.ts";

export interface TakenEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FanOut {
  readonly url: string;
  /** Every event taken so far. */
  readonly taken: readonly TakenEvent[];
  /** Addresses of the instances. */
  instances: readonly string[];
  /** Instances that each event is delivered to, all at once. */
  copies: number;
  /** Answers 503 and takes nothing. */
  refuses: boolean;
  /** Waits until all that was taken is delivered; rejects where an instance never took one. */
  delivered(): Promise<void>;
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

export async function startFanOut(): Promise<FanOut> {
  const taken: TakenEvent[] = [];
  const deliveries: Promise<unknown>[] = [];
  let turn = 0;
  const server = createServer(async (request, response) => {
    const event = { headers: eventHeaders(request.headers), body: await text(request) };
    if (!fanOut.refuses) {
      taken.push(event);
      for (let copy = 0; copy < fanOut.copies; copy++) {
        const instance = fanOut.instances[turn++ % fanOut.instances.length] ?? "";
        deliveries.push(deliver(instance, event));
      }
    }
    response.writeHead(fanOut.refuses ? 503 : 202).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const fanOut: FanOut = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    instances: [],
    copies: 1,
    refuses: false,
    async delivered() {
      await Promise.all(deliveries);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fanOut;
}

/** Sends until it is taken; throws for what no sender would try again, or after a few attempts. */
export async function deliver(instance: string, event: TakenEvent): Promise<HttpAnswer> {
  // A connection that breaks is no answer, and is tried again like one that says so.
  const attempt = () =>
    send(instance, event).catch((error: Error) => ({ status: 503, retryAfter: null, body: error.message }));
  let answer = await attempt();
  for (let attempts = 1; answer.status === 503 && attempts < ATTEMPTS; attempts++) answer = await attempt();
  if (answer.status !== 204) throw new Error(`${instance} answered ${answer.status} ${answer.body}`);
  return answer;
}

function eventHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => /^(ce-|content-)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
