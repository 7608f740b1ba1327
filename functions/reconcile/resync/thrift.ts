/**
 * Keeps the heap small while a resync reads a whole cluster. Left alone, V8 lets a heap of short-lived pages grow to
 * several times what is in use before it collects, and the pod's memory limit would have to allow for that.
 *
 * @module
 */

/** Work for which V8 collects early. It costs some CPU time, so events between resyncs go without. */
export class Thrift {
  readonly #setFlag: (flag: string) => void;
  #running = 0;

  /** `setFlag` changes a flag of the running V8. */
  constructor(setFlag: (flag: string) => void = setV8Flag) {
    this.#setFlag = setFlag;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running++ === 0) this.#setFlag("--optimize-for-size");
    try {
      return await work();
    } finally {
      if (--this.#running === 0) this.#setFlag("--no-optimize-for-size");
    }
  }
}

/** The module is loaded only here, for a wake has no use for it. */
function setV8Flag(flag: string): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(flag);
}
