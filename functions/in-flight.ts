/**
 * Work that has begun and not ended, so that the process ends after it.
 *
 * @module
 */

export class InFlight {
  readonly #running = new Set<Promise<unknown>>();
  #draining = false;

  get count(): number {
    return this.#running.size;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  track<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.then(
      () => this.#running.delete(settled),
      () => this.#running.delete(settled),
    );
    this.#running.add(settled);
    return work;
  }

  /** Waits until nothing runs, what comes in meanwhile included. */
  async drain(): Promise<void> {
    this.#draining = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
