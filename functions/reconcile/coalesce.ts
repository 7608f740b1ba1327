/**
 * One run at a time for a key. Whoever asks while one runs shares the next that does the same: a level-triggered run
 * that starts after the asking sees all that the asker has seen.
 *
 * @module
 */

interface Queue<T> {
  /** Ends after all that has been asked for. */
  last: Promise<unknown>;
  /** Runs that have not started, by variant. */
  readonly waiting: Map<string, Promise<T>>;
}

export class Coalescer<T> {
  readonly #queues = new Map<string, Queue<T>>();

  /**
   * Runs the task once what was asked of this key before has ended, or joins a run of the same variant that has not
   * started yet. Tasks of one variant do the same, however they were asked for.
   */
  run(key: string, variant: string, task: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key);
    if (queue === undefined)
      return this.#follow(key, { last: Promise.resolve(), waiting: new Map() }, task());
    const joined = queue.waiting.get(variant);
    if (joined !== undefined) return joined;
    const start = () => {
      queue.waiting.delete(variant);
      return task();
    };
    const run = queue.last.then(start, start);
    queue.waiting.set(variant, run);
    return this.#follow(key, queue, run);
  }

  #follow(key: string, queue: Queue<T>, run: Promise<T>): Promise<T> {
    this.#queues.set(key, queue);
    queue.last = run;
    const forget = () => {
      if (queue.last === run) this.#queues.delete(key);
    };
    run.then(forget, forget);
    return run;
  }
}
