/**
 * Required before a program (`node --require`): at its end, the longest that its event loop was blocked, in milliseconds,
 * goes to the file in LOOP_DELAY_FILE. Counts from when the program is loaded, and anew from each SIGUSR2.
 */
"use strict";
const { writeFileSync } = require("node:fs");
const { monitorEventLoopDelay } = require("node:perf_hooks");

const file = process.env.LOOP_DELAY_FILE;
const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
setImmediate(() => delay.enable());
process.on("SIGUSR2", () => delay.reset());
process.on("exit", () => writeFileSync(file, String(Math.max(0, delay.max / 1e6 - RESOLUTION_MS))));
