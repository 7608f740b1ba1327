/**
 * Shows a waiting person what is going on: a ticking line on a terminal, a line now and then elsewhere.
 *
 * @module
 */

/** Ends the report of one piece of work; `outcome` is the word of the last line, such as "built". */
export type EndProgress = (outcome: string) => void;

/** How often a log that is not a terminal gets a line, in milliseconds. */
const logInterval = 20_000;

/** Reports `what` (and what comes `next`) on `stream` until the returned function is called. */
export function startProgress(
  what: string,
  next = "",
  stream: NodeJS.WriteStream = process.stderr,
): EndProgress {
  const begin = Date.now();
  const since = () => elapsed(Date.now() - begin);
  const more = next === "" ? "" : `, ${next}`;
  const clear = stream.isTTY ? "\r\u001b[K" : "";
  const tick = () => stream.write(`${clear}${what}: ${since()}${more}${stream.isTTY ? "" : "\n"}`);
  tick();
  const timer = setInterval(tick, stream.isTTY ? 1_000 : logInterval);
  timer.unref();
  return (outcome) => {
    clearInterval(timer);
    stream.write(`${clear}${what}: ${outcome} after ${since()}\n`);
  };
}

/** `75000` becomes `1m15s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}
