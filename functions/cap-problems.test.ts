import assert from "node:assert/strict";
import { test } from "node:test";
import { capProblems, MAX_PROBLEMS } from "./cap-problems.ts";
import type { Problem, ProblemReason } from "./problem.ts";

const problems = (count: number, reason: ProblemReason = "InvalidRule"): Problem[] =>
  Array.from({ length: count }, (_, index) => ({
    reason,
    message: `no ${index}`,
    field: `spec.routes[${index}]`,
  }));

test("a few problems stay as they are", () => {
  const few = problems(MAX_PROBLEMS);
  assert.deepEqual(capProblems(few), few);
});

test("of many the first are reported, and how many more there are", () => {
  const capped = capProblems(problems(10_000));
  assert.deepEqual(capped.slice(0, MAX_PROBLEMS), problems(MAX_PROBLEMS));
  const [last, ...others] = capped.slice(MAX_PROBLEMS);
  assert.deepEqual(others, []);
  assert.equal(last?.reason, "InvalidRule");
  assert.match(last?.message ?? "", /^and 9990 more problems/);
});

test("many of one reason hide none of another", () => {
  const capped = capProblems([...problems(500), ...problems(2, "NotOurs"), ...problems(30, "UnusableHost")]);
  const count = (reason: ProblemReason) => capped.filter((problem) => problem.reason === reason).length;
  assert.deepEqual([count("InvalidRule"), count("NotOurs"), count("UnusableHost")], [11, 2, 11]);
  assert.match(capped.at(-1)?.message ?? "", /^and 20 more problems/);
});

test("what is capped twice, or with more of its kind, loses no count", () => {
  const once = capProblems(problems(1_000));
  assert.deepEqual(capProblems(once), once);
  const again = capProblems([...once, ...problems(5)]);
  assert.match(again.at(-1)?.message ?? "", /^and 995 more problems/);
  assert.equal(again.length, MAX_PROBLEMS + 1);
});
