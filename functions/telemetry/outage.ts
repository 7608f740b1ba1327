/**
 * Tells once that telemetry does not arrive, and again only after it has arrived in between.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { SignalName, Target } from "./settings.ts";

export class Outage {
  readonly #log: Pick<Logger, "info" | "warn">;
  readonly #failing = new Set<SignalName>();
  #isTold = false;

  constructor(log: Pick<Logger, "info" | "warn">) {
    this.#log = log;
  }

  failed(signal: SignalName, { url }: Target, why: string): void {
    this.#failing.add(signal);
    if (this.#isTold) return;
    this.#isTold = true;
    // Not the whole URL: somebody may have put a token there.
    this.#log.warn(
      { signal, receiver: url.host, why },
      "telemetry does not arrive; the function works on without, and says so once",
    );
  }

  arrived(signal: SignalName): void {
    this.#failing.delete(signal);
    if (!this.#isTold || this.#failing.size > 0) return;
    this.#isTold = false;
    this.#log.info({}, "telemetry arrives again");
  }
}
