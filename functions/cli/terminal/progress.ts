/**
 * How far a long read is: one line on standard error that is written over, on a terminal only.
 *
 * @module
 */
import type { Terminal } from "./terminal.ts";

export interface Progress {
  /** Counts so many things read. */
  add(count: number): void;
  /** Takes the line away, before anything else is written. */
  end(): void;
}

const SILENT: Progress = { add: () => undefined, end: () => undefined };
const CLEAR_LINE = "\r\u001b[K";
/** A list shorter than one page is no long list. */
const SHOWN_FROM = 500;

export function showProgress(terminal: Pick<Terminal, "isTerminal" | "err" | "own">): Progress {
  if (terminal.isTerminal?.err !== true) return SILENT;
  const clear = terminal.own?.(CLEAR_LINE) ?? CLEAR_LINE;
  let total = 0;
  return {
    add: (count) => {
      total += count;
      if (total >= SHOWN_FROM) terminal.err(`${clear}${total} objects read`);
    },
    end: () => {
      if (total >= SHOWN_FROM) terminal.err(clear);
    },
  };
}
