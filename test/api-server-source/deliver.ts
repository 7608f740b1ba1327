/**
 * Sends one event, again and again where the adapter would, and says how it ended.
 *
 * @module
 */
import { type Agent, request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { EventMessage } from "./event.ts";

/** What became of one event. */
export interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  /** The version of the object after the change that the event is about, or of its deletion. */
  readonly version: number;
  /** The HTTP status of each send, 0 where there was no answer. */
  readonly statuses: readonly number[];
  /** `delivered`: the last status is 2xx. `dropped`: nobody will send it again. `stopped`: the source was stopped. */
  readonly outcome: "delivered" | "dropped" | "stopped";
}

const retried = new Set([0, 404, 413, 425, 429, 502, 503, 504]);

/** Waiting times before each retry of the real adapter, in milliseconds. */
export const retryDelays: readonly number[] = [100, 200, 400, 800, 1_600];

/** Sends the event of `version` to `sink` until it is done, given up, or `signal` says stop. Never throws. */
export async function deliver(
  message: EventMessage,
  version: number,
  sink: URL,
  { agent, delays, signal }: { agent: Agent; delays: readonly number[]; signal: AbortSignal },
): Promise<Delivery> {
  const statuses: number[] = [];
  const { "ce-id": id = "", "ce-type": type = "", "ce-subject": subject = "" } = message.headers;
  const end = (outcome: Delivery["outcome"]): Delivery => ({ id, type, subject, version, statuses, outcome });
  for (const wait of [0, ...delays]) {
    // The first wait is none, not a turn of the event loop.
    if (wait > 0) await delay(wait, null, { signal }).catch(() => {});
    if (signal.aborted) return end("stopped");
    const status = await post(message, sink, agent, signal);
    if (signal.aborted && status === 0) return end("stopped");
    statuses.push(status);
    if (status >= 200 && status < 300) return end("delivered");
    if (!retried.has(status)) return end("dropped");
  }
  return end("dropped");
}

/** POSTs and returns the status once the answer is complete; 0 when there was none. */
function post(
  { headers, body }: EventMessage,
  sink: URL,
  agent: Agent,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const length = { "content-length": Buffer.byteLength(body) };
    const request = httpRequest(sink, { method: "POST", headers: { ...headers, ...length }, agent, signal });
    request.on("error", () => resolve(0));
    request.on("response", (response) => {
      response.on("error", () => resolve(0));
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    request.end(body);
  });
}
