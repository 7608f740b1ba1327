/**
 * One run at a time for a key. Whoever asks while one runs shares the next: a level-triggered run that starts after
 * the asking sees all that the asker has seen.
 *
 * @module
 */

interface Slot {
  readonly running: Promise<unknown>;
  next: Promise<unknown> | null;
}

export class Coalescer<T> {
  readonly #slots = new Map<string, Slot>();

  /** Runs the task, or joins the run that will start once the present one has ended. */
  run(key: string, task: () => Promise<T>): Promise<T> {
    const slot = this.#slots.get(key);
    if (slot === undefined) return this.#start(key, task);
    slot.next ??= slot.running.then(
      () => this.#start(key, task),
      () => this.#start(key, task),
    );
    return slot.next as Promise<T>;
  }

  #start(key: string, task: () => Promise<T>): Promise<T> {
    const running = task();
    const slot: Slot = { running, next: null };
    this.#slots.set(key, slot);
    const forget = () => {
      if (slot.next === null) this.#slots.delete(key);
    };
    running.then(forget, forget);
    return running;
  }
}
