import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { formatCoverage } from "./coverage.ts";

const shares = (lines: number) => ({
  coveredLinePercent: lines,
  coveredBranchPercent: 50,
  coveredFunctionPercent: 100,
});

test("the files with the least come first, and the whole last", () => {
  const files = Array.from({ length: 20 }, (_, index) => ({
    path: join(process.cwd(), `functions/${index}.ts`),
    ...shares(100 - index),
  }));
  const lines = formatCoverage({ files, totals: shares(96.24) })
    .trim()
    .split("\n");
  assert.equal(lines[0], "coverage by the unit tests: the 15 files of 20 with the least");
  assert.match(lines[2] ?? "", /^ {2}functions\/19\.ts +81\.0 % +50\.0 % +100\.0 %$/);
  assert.match(lines.at(-2) ?? "", /^ {2}functions\/5\.ts /);
  assert.match(lines.at(-1) ?? "", /^ {2}all +96\.2 % +50\.0 % +100\.0 %$/);
});
