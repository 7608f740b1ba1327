/**
 * Pushes one signal: some time after there is something to push, never while nothing happens, and later and later
 * while it does not arrive.
 *
 * @module
 */
import { AsyncResource } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { post } from "./otlp/post.ts";
import type { Outage } from "./outage.ts";
import type { SignalName, Target } from "./settings.ts";

/** What is to be pushed at one time. */
export interface Load {
  readonly body: object;
  /** It did not arrive and is to come with the next push. */
  putBack(): void;
}

export interface PusherOptions {
  readonly signal: SignalName;
  readonly target: Target;
  readonly intervalMs: number;
  readonly outage: Outage;
  /** Null where there is nothing. */
  readonly take: () => Load | null;
  /** From 0 to 1. */
  readonly random: () => number;
}

const LONGEST_WAIT_MS = 5 * 60_000;
/** A receiver may ask for more, but not without end. */
const LONGEST_RETRY_AFTER_S = 3600;

export class Pusher {
  readonly #options: PusherOptions;
  #timer: NodeJS.Timeout | null = null;
  #pushing: Promise<void> | null = null;
  #failures = 0;
  /** Something came while a push was on its way. */
  #hasMore = false;
  #hasEnded = false;

  /** Apart from the event whose work woke it, or the lines about a push would have that event's id. */
  readonly #begin = AsyncResource.bind(() => {
    this.#timer = null;
    this.#pushing = this.#push().finally(() => {
      this.#pushing = null;
      if (this.#hasMore) this.wake();
      this.#hasMore = false;
    });
  });

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  /** There is something to push. */
  wake(): void {
    if (this.#pushing !== null) this.#hasMore = true;
    else if (this.#timer === null) this.#wait(this.#interval());
  }

  /** Pushes what is there, whatever the receiver asked for, for this is the last time. */
  async end(timeoutMs: number): Promise<void> {
    this.#hasEnded = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const isLate = delay(timeoutMs, undefined, { ref: false });
    await Promise.race([this.#pushing, isLate]);
    await this.#push(timeoutMs);
  }

  /** Replicas that started together do not push together. */
  #interval(): number {
    return this.#options.intervalMs * (0.9 + 0.1 * this.#options.random());
  }

  #wait(milliseconds: number): void {
    if (this.#hasEnded) return;
    this.#timer = setTimeout(this.#begin, milliseconds);
    // What waits to be pushed keeps no process alive.
    this.#timer.unref();
  }

  async #push(timeoutMs = this.#options.target.timeoutMs): Promise<void> {
    const { target, outage, signal, take } = this.#options;
    const load = take();
    if (load === null) return;
    const result = await post(target, load.body, timeoutMs);
    if (result.status === "accepted") {
      this.#failures = 0;
      if (result.warning === null) outage.arrived(signal);
      else outage.failed(signal, target, result.warning);
      return;
    }
    outage.failed(signal, target, result.why);
    if (result.status === "unavailable") load.putBack();
    this.#failures++;
    const asked = result.status === "unavailable" ? (result.retryAfterSeconds ?? 0) : 0;
    this.#wait(Math.max(this.#backOff(), Math.min(asked, LONGEST_RETRY_AFTER_S) * 1000));
  }

  #backOff(): number {
    return Math.min(this.#interval() * 2 ** Math.min(this.#failures, 10), LONGEST_WAIT_MS);
  }
}
