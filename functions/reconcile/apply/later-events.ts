/**
 * Kubernetes Events that nobody waits for: written one after the other, once there is nothing more urgent.
 *
 * @module
 */
import type { EventRecorder } from "./events.ts";

/** More than that are written at once, so that memory stays bounded. */
const MAX_WAITING = 1_000;

export class LaterEvents implements EventRecorder {
  readonly #recorder: EventRecorder;
  readonly #track: (work: Promise<void>) => Promise<void>;
  readonly #waiting: (() => Promise<void>)[] = [];
  #isWriting = false;

  /** `track` keeps the process until what waits has been written. */
  constructor(recorder: EventRecorder, track: (work: Promise<void>) => Promise<void>) {
    this.#recorder = recorder;
    this.#track = track;
  }

  record: EventRecorder["record"] = async (description, changes, problems) => {
    if (changes.length === 0 && problems.length === 0) return;
    const write = () => this.#recorder.record(description, changes, problems);
    if (this.#waiting.length >= MAX_WAITING) return write();
    const { promise, resolve } = Promise.withResolvers<void>();
    void this.#track(promise);
    this.#waiting.push(() => write().finally(resolve));
  };

  /** Writes what waits. */
  async flush(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      for (let write = this.#waiting.shift(); write !== undefined; write = this.#waiting.shift())
        await write();
    } finally {
      this.#isWriting = false;
    }
  }
}
