/**
 * A warm process that does what its parent asks for and says how long it took, in milliseconds, measured in here: the
 * way from the parent and back costs it nothing.
 */
"use strict";
const { connect, list, send, sendAll, sendPooled, writeAndCheck } = require("./requests.cjs");

const connection = connect(process.env);

const jobs = {
  /** Reads side by side, then writes and checks side by side, then what comes after. */
  async rounds({ reads, writes, checks, after }) {
    await sendAll(connection, reads);
    await writeAndCheck(connection, writes, checks);
    for (const one of after) await send(connection, one);
  },
  /** All requests, so many at a time. */
  pooled: ({ requests, inFlight }) => sendPooled(connection, requests, inFlight),
  /** Whole lists side by side. */
  lists: ({ paths, limit }) => Promise.all(paths.map((path) => list(connection, path, limit))),
};

process.on("message", async ({ job, input }) => {
  try {
    const startedAt = performance.timeOrigin + performance.now();
    const result = await jobs[job](input);
    process.send({ startedAt, endedAt: performance.timeOrigin + performance.now(), result });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
process.send({ ready: true });
