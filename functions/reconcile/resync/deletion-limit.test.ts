import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { heldProblem, isHeld } from "./deletion-limit.ts";

suite("the deletion brake", () => {
  for (const [wanted, children, held] of [
    [0, 0, false],
    [10, 10, false],
    [11, 11, true],
    [11, 109, true],
    [11, 110, false],
    [500, 5_000, false],
    [501, 5_000, true],
  ] as const) {
    test(`${wanted} of ${children} ${held ? "are held" : "go"}`, () => {
      assert.equal(isHeld(wanted, children, false), held);
      assert.equal(isHeld(wanted, children, true), false);
    });
  }

  test("says how many, and how to let them go", () => {
    assert.match(heldProblem(12, 14).message, /delete 12 of 14 .*resync --confirm-deletions/);
  });
});
