import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Coalescer } from "./coalesce.ts";

/** Tasks that end when they are asked to. */
function controlled() {
  const ends: ((value: number | Error) => void)[] = [];
  const task = () =>
    new Promise<number>((resolve, reject) => {
      ends.push((value) => (value instanceof Error ? reject(value) : resolve(value)));
    });
  return { ends, task };
}

const turn = () => new Promise(setImmediate);

suite("the coalescer", () => {
  test("all who ask while one runs share the next, which starts after it", async () => {
    const coalescer = new Coalescer<number>();
    const { ends, task } = controlled();
    const first = coalescer.run("a", "", task);
    const second = coalescer.run("a", "", task);
    const third = coalescer.run("a", "", task);
    await turn();
    assert.equal(ends.length, 1);
    ends[0]?.(1);
    assert.equal(await first, 1);
    await turn();
    assert.equal(ends.length, 2);
    // Who asks now has seen more than the run that is on.
    const fourth = coalescer.run("a", "", task);
    ends[1]?.(2);
    assert.deepEqual([await second, await third], [2, 2]);
    await turn();
    ends[2]?.(3);
    assert.equal(await fourth, 3);
  });

  test("who asks for something else gets it, after what was asked for before", async () => {
    const coalescer = new Coalescer<number>();
    const { ends, task } = controlled();
    const first = coalescer.run("a", "plain", task);
    const [plain, other, otherToo, plainToo] = ["plain", "strict", "strict", "plain"].map((variant) =>
      coalescer.run("a", variant, task),
    );
    for (let started = 1; started <= 3; started++) {
      await turn();
      assert.equal(ends.length, started);
      ends[started - 1]?.(started);
    }
    assert.deepEqual(await Promise.all([first, plain, other, otherToo, plainToo]), [1, 2, 3, 3, 2]);
    const afresh = coalescer.run("a", "plain", task);
    assert.equal(ends.length, 4);
    ends[3]?.(4);
    assert.equal(await afresh, 4);
  });

  test("keys do not wait for each other", async () => {
    const coalescer = new Coalescer<number>();
    const { ends, task } = controlled();
    const runs = [coalescer.run("a", "", task), coalescer.run("b", "", task)];
    assert.equal(ends.length, 2);
    for (const end of ends) end(0);
    assert.deepEqual(await Promise.all(runs), [0, 0]);
  });

  test("a failure is that run's alone, and the next starts all the same", async () => {
    const coalescer = new Coalescer<number>();
    const { ends, task } = controlled();
    const first = coalescer.run("a", "", task);
    const second = coalescer.run("a", "", task);
    ends[0]?.(new Error("broken"));
    await assert.rejects(first, { message: "broken" });
    await turn();
    ends[1]?.(2);
    assert.equal(await second, 2);
    await turn();
    const third = coalescer.run("a", "", task);
    ends[2]?.(3);
    assert.equal(await third, 3);
  });
});
