import assert from "node:assert/strict";
import { test } from "node:test";
import { Thrift } from "./thrift.ts";

test("the heap is kept small from the first of overlapping resyncs to the end of the last", async () => {
  const flags: string[] = [];
  const thrift = new Thrift((flag) => flags.push(flag));
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const running = [thrift.run(() => first.promise), thrift.run(() => second.promise)];
  assert.deepEqual(flags, ["--optimize-for-size"]);

  first.resolve("first");
  assert.equal(await running[0], "first");
  assert.deepEqual(flags, ["--optimize-for-size"]);

  second.resolve("second");
  assert.equal(await running[1], "second");
  assert.deepEqual(flags, ["--optimize-for-size", "--no-optimize-for-size"]);
});

test("a resync that fails ends it too", async () => {
  const flags: string[] = [];
  const thrift = new Thrift((flag) => flags.push(flag));
  await assert.rejects(
    thrift.run(() => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.deepEqual(flags, ["--optimize-for-size", "--no-optimize-for-size"]);
});

test("the running V8 knows the flags", async () => {
  assert.equal(await new Thrift().run(async () => "done"), "done");
});
