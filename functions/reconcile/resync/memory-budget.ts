/**
 * Keeps the process small while a resync reads a whole cluster. Left alone, V8 lets a heap of short-lived pages grow
 * to several times what is in use, and the pod's memory limit would have to allow for that.
 *
 * @module
 */

const MIB = 2 ** 20;
/** Well under the chart's memory limit, with room for the pages that are on their way. */
const COLLECT_ABOVE = 176 * MIB;
/** Asking the system takes a tenth of a millisecond, so it is asked after so many objects. */
const CHECK_AFTER = 1_500;
/** A collection that frees little is not repeated before so much has come in addition. */
const COLLECT_AFTER = 32 * MIB;
/** What the process may keep for the next resync without giving it back. */
const KEEP = 96 * MIB;

/** The part of a while in which the process may have worked, for that to be quiet. */
const QUIET_BELOW = 0.1;
const QUIET_MS = 500;

export interface ProcessMemory {
  /** Resident, in bytes. */
  resident(): number;
  /** Frees all that can be freed; tens of milliseconds, and compiled code goes too. */
  collect(): void;
  /** Calls once nothing has had much to do for a moment. */
  whenQuiet(work: () => void): void;
}

export class MemoryBudget {
  readonly #memory: ProcessMemory;
  #collectAbove = COLLECT_ABOVE;
  #worked = 0;

  constructor(memory: ProcessMemory = thisProcess()) {
    this.#memory = memory;
  }

  /** After a portion of work on so many objects, such as a namespace: collects if much has gathered. */
  check(objects: number): void {
    this.#worked += objects;
    if (this.#worked < CHECK_AFTER) return;
    this.#worked = 0;
    if (this.#memory.resident() <= this.#collectAbove) return;
    this.#memory.collect();
    this.#collectAbove = Math.max(COLLECT_ABOVE, this.#memory.resident() + COLLECT_AFTER);
  }

  /** At the end: gives back what the work needed, once the events that have waited are done. */
  release(): void {
    if (this.#memory.resident() <= KEEP) return;
    this.#memory.whenQuiet(() => {
      if (this.#memory.resident() > KEEP) this.#memory.collect();
    });
  }
}

/** Of a process that may grow, such as the command line: a collection would only hold it up. */
export const UNBOUNDED: ProcessMemory = {
  resident: () => 0,
  collect: () => undefined,
  whenQuiet: () => undefined,
};

/** Collects through a function that V8 has to be asked to expose; what that takes is loaded when it is first needed. */
export function thisProcess(): ProcessMemory {
  let gc: NodeJS.GCFunction | null = null;
  return {
    resident: () => process.memoryUsage.rss(),
    collect() {
      gc ??= exposeCollector();
      gc({ type: "major", execution: "sync", flavor: "last-resort" });
    },
    whenQuiet,
  };
}

/** A process that is asked to stop does not wait for it. */
function whenQuiet(work: () => void): void {
  const before = performance.eventLoopUtilization();
  setTimeout(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    if (utilization < QUIET_BELOW) work();
    else whenQuiet(work);
  }, QUIET_MS).unref();
}

function exposeCollector(): NodeJS.GCFunction {
  process.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
  return process.getBuiltinModule("node:vm").runInNewContext("gc") as NodeJS.GCFunction;
}
