import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { blockedProblem, isOverLimit } from "./deletion-limit.ts";

suite("the deletion limit", () => {
  for (const [wanted, children, blocked] of [
    [0, 0, false],
    [10, 10, false],
    [11, 11, true],
    [11, 109, true],
    [11, 110, false],
    [500, 5_000, false],
    [501, 5_000, true],
  ] as const) {
    test(`${wanted} of ${children} ${blocked ? "are blocked" : "go"}`, () => {
      assert.equal(isOverLimit(wanted, children, false), blocked);
      assert.equal(isOverLimit(wanted, children, true), false);
    });
  }

  test("says how many, and how to let them go", () => {
    assert.match(blockedProblem(12, 14).message, /delete 12 of 14 .*resync --confirm-deletions/);
  });
});
