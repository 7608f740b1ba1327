import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { atOnce, inPieces, Pace, type Steps } from "./pace.ts";

/** Counts to `end`; each step takes so many milliseconds. */
function* counting(end: number, took: () => void = () => undefined): Steps<number> {
  let count = 0;
  while (count < end) {
    count++;
    took();
    yield;
  }
  return count;
}

suite("work in pieces", () => {
  test("comes to the same as at once", async () => {
    assert.equal(atOnce(counting(1_000)), 1_000);
    assert.equal(await inPieces(counting(1_000)), 1_000);
  });

  test("lets others go on when it has gone on for long, and only then", async (context) => {
    let now = 0;
    context.mock.method(performance, "now", () => now);
    let othersWentOn = false;
    setImmediate(() => {
      othersWentOn = true;
    });
    await inPieces(counting(9, () => now++));
    assert.equal(othersWentOn, false);
    await inPieces(counting(100, () => now++));
    assert.equal(othersWentOn, true);
  });

  test("has one pace over many short pieces", async (context) => {
    let now = 0;
    context.mock.method(performance, "now", () => now);
    const pace = new Pace();
    let pauses = 0;
    for (let piece = 0; piece < 100; piece++) {
      now++;
      const pause = pace.pause();
      if (pause === null) continue;
      pauses++;
      await pause;
    }
    assert.equal(pauses, 10);
  });

  test("ends with what the work throws", async () => {
    function* failing(): Steps<void> {
      yield;
      throw new TypeError("no");
    }
    await assert.rejects(inPieces(failing()), TypeError);
    assert.throws(() => atOnce(failing()), TypeError);
  });
});
