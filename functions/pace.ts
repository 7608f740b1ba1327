/**
 * Long work in pieces: whatever else the process has to do, an event to take or an answer to send, goes on between them.
 *
 * @module
 */

/** Work goes on for so long in one piece. */
const PIECE_MS = 10;

export class Pace {
  #since = performance.now();

  /** To be awaited between two pieces; null as long as nobody has waited for long. */
  pause(): Promise<void> | null {
    if (performance.now() - this.#since < PIECE_MS) return null;
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#since = performance.now();
        resolve();
      }),
    );
  }
}

/** Work that stops at each `yield`; what it returns is what came of it. */
export type Steps<T> = Generator<void, T, void>;

/** Does the work in pieces. */
export async function inPieces<T>(steps: Steps<T>, pace = new Pace()): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    const pause = pace.pause();
    if (pause !== null) await pause;
  }
}

/** Does the work at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}
