/**
 * At most so many tasks at once; whoever adds one waits for a free place, so that nothing piles up.
 *
 * @module
 */

/** Routes: fewer requests than the transport has sockets, so that events never wait behind a resync. */
export const ROUTES_AT_ONCE = 16;

export class Pool {
  readonly #size: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  constructor(size: number) {
    this.#size = size;
  }

  /** Starts the task once there is a place. The first task that throws makes `drain` throw. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#size) await Promise.race(this.#running);
    const running = task()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits until nothing runs. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== null) throw this.#failure.error;
  }
}
