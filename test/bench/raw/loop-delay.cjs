/**
 * Required before a program (`node --require`): at its end, the longest that one turn of its event loop took, in
 * milliseconds, goes to the file in LOOP_DELAY_FILE. Processor time of its main thread, so that what else the machine does
 * does not count. Counts from when the program is loaded, and anew from each SIGUSR2.
 */
"use strict";
const { writeFileSync } = require("node:fs");

const file = process.env.LOOP_DELAY_FILE;
let longest = 0;
let before = 0;

function used() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Once each turn: an immediate that keeps nothing alive does not make the loop turn either. */
function turn() {
  const now = used();
  longest = Math.max(longest, now - before);
  before = now;
  setImmediate(turn).unref();
}

setImmediate(() => {
  before = used();
  turn();
});
process.on("SIGUSR2", () => {
  longest = 0;
  before = used();
});
process.on("exit", () => writeFileSync(file, String(longest)));
