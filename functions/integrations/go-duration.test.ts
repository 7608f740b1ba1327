import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HOUR, MINUTE, parseGoDuration, SECOND } from "./go-duration.ts";

test("durations as Go reads them", () => {
  const cases: [text: string, nanoseconds: bigint][] = [
    ["2160h", 2160n * HOUR],
    ["1h30m", HOUR + 30n * MINUTE],
    ["1.5s", 1_500_000_000n],
    [".5h", 30n * MINUTE],
    ["5.m", 5n * MINUTE],
    ["+1m", MINUTE],
    ["-1m", -MINUTE],
    ["0", 0n],
    ["1µs", 1_000n],
    ["1μs", 1_000n],
    ["1ms1us1ns", 1_001_001n],
    ["9223372036854775807ns", 2n ** 63n - 1n],
  ];
  for (const [text, nanoseconds] of cases) assert.equal(parseGoDuration(text), nanoseconds, text);
});

test("what Go refuses is refused", () => {
  const cases = [
    "",
    "-",
    "300",
    "1d",
    "h",
    ".h",
    "1h30",
    "1 h",
    "1h ",
    "--1h",
    "1H",
    "9223372036854775808ns",
  ];
  for (const text of cases) assert.equal(parseGoDuration(text), null, text);
});

test("whole seconds of any size come back as they are", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 9_000_000_000n }), (seconds) => {
      assert.equal(parseGoDuration(`${seconds}s`), seconds * SECOND);
    }),
  );
});
