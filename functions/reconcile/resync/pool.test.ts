import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Pool } from "./pool.ts";

suite("the pool", () => {
  test("runs so many at a time, and drains", async () => {
    const pool = new Pool(3);
    let running = 0;
    let most = 0;
    let done = 0;
    for (let index = 0; index < 20; index++) {
      await pool.add(async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        done++;
      });
    }
    await pool.drain();
    assert.deepEqual([most, running, done], [3, 0, 20]);
  });

  test("a task that throws stops no other, and is not swallowed", async () => {
    const pool = new Pool(2);
    let done = 0;
    await pool.add(() => Promise.reject(new Error("broken")));
    for (let index = 0; index < 4; index++) await pool.add(async () => void done++);
    await assert.rejects(pool.drain(), { message: "broken" });
    assert.equal(done, 4);
  });
});
