import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { diffLines, nearChanges } from "./line-diff.ts";

const show = (lines: ReturnType<typeof diffLines>) => lines.map(({ sign, text }) => sign + text);

describe("line diff", () => {
  test("what goes stands before what comes, and common lines stand once", () => {
    assert.deepEqual(show(diffLines(["a", "old", "z"], ["a", "new", "z"])), [" a", "-old", "+new", " z"]);
    assert.deepEqual(show(diffLines([], ["a"])), ["+a"]);
    assert.deepEqual(show(diffLines(["a"], [])), ["-a"]);
  });

  test("either text can be read out of it, and equal lines are not repeated", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const without = (sign: string) => lines.filter((line) => line.sign !== sign).map(({ text }) => text);
        assert.deepEqual(without("+"), before);
        assert.deepEqual(without("-"), after);
        if (JSON.stringify(before) === JSON.stringify(after))
          assert.ok(lines.every(({ sign }) => sign === " "));
      }),
    );
  });

  test("lines far from a change are left out", () => {
    const before = ["1", "2", "3", "4", "5", "6"];
    assert.deepEqual(show(nearChanges(diffLines(before, ["1", "2", "3", "4", "5", "x"]), 1)), [
      " …",
      " 5",
      "-6",
      "+x",
    ]);
    assert.deepEqual(show(nearChanges(diffLines(before, ["x", "2", "3", "4", "5", "y"]), 1)), [
      "-1",
      "+x",
      " 2",
      " …",
      " 5",
      "-6",
      "+y",
    ]);
  });
});
