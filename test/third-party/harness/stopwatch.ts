/**
 * Tells how long something took, for a person to read: never what a test decides by.
 *
 * @module
 */

export interface Stopwatch {
  /** Prints that this has happened, with the time since the start. */
  lap(what: string): void;
}

/** Starts now; `title` stands before each line. */
export function startStopwatch(title: string): Stopwatch {
  const begin = performance.now();
  return {
    lap(what) {
      const seconds = ((performance.now() - begin) / 1_000).toFixed(2).padStart(7);
      process.stdout.write(`${seconds} s  ${title}: ${what}\n`);
    },
  };
}
