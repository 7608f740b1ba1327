import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBudget, thisProcess } from "./memory-budget.ts";

const MIB = 2 ** 20;

/** A process of so many MiB, of which a collection leaves so many. */
function fakeMemory(resident: number, live: number) {
  return {
    megabytes: resident,
    live,
    collections: 0,
    resident() {
      return this.megabytes * MIB;
    },
    collect() {
      this.collections++;
      this.megabytes = this.live;
    },
    whenQuiet(work: () => void) {
      this.waiting.push(work);
    },
    waiting: [] as (() => void)[],
  };
}

test("what gathers is collected once there is much of it", () => {
  const memory = fakeMemory(170, 80);
  const budget = new MemoryBudget(memory);
  budget.check(2_000);
  assert.equal(memory.collections, 0);
  memory.megabytes = 190;
  budget.check(2_000);
  assert.equal(memory.collections, 1);
  memory.megabytes = 190;
  budget.check(2_000);
  assert.equal(memory.collections, 2);
});

test("the system is asked only after much work", () => {
  const memory = fakeMemory(190, 80);
  const budget = new MemoryBudget(memory);
  budget.check(1_000);
  assert.equal(memory.collections, 0);
  budget.check(1_000);
  assert.equal(memory.collections, 1);
});

test("where most of it is in use, a collection waits until there is more", () => {
  const memory = fakeMemory(190, 185);
  const budget = new MemoryBudget(memory);
  budget.check(2_000);
  memory.megabytes = 210;
  budget.check(2_000);
  assert.equal(memory.collections, 1);
  memory.megabytes = 220;
  budget.check(2_000);
  assert.equal(memory.collections, 2);
});

test("a large process gives back once it is quiet, a small one keeps its compiled code", () => {
  const small = fakeMemory(90, 70);
  new MemoryBudget(small).release();
  assert.equal(small.waiting.length, 0);
  const large = fakeMemory(120, 70);
  new MemoryBudget(large).release();
  assert.equal(large.collections, 0, "no event waits for it");
  for (const work of large.waiting) work();
  assert.equal(large.collections, 1);
});

test("the running process is quiet once it has had little to do for a moment", async () => {
  const turns: string[] = [];
  const quiet = new Promise<void>((resolve) =>
    thisProcess().whenQuiet(() => {
      turns.push("quiet");
      resolve();
    }),
  );
  const end = performance.now() + 600;
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
  turns.push("worked");
  // The timer does not keep the process, so the test does.
  const keep = setInterval(() => undefined, 100);
  await quiet;
  clearInterval(keep);
  assert.deepEqual(turns, ["worked", "quiet"]);
});

test("the running process can be asked to collect", async () => {
  const references = Array.from({ length: 100 }, () => new WeakRef({ page: new Array(1000) }));
  // A reference that was just made keeps its object until the present job ends.
  await new Promise((resolve) => setImmediate(resolve));
  thisProcess().collect();
  assert.ok(references.some((reference) => reference.deref() === undefined));
  assert.ok(thisProcess().resident() > MIB);
});
