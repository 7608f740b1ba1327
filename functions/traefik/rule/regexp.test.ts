import assert from "node:assert/strict";
import { test } from "node:test";
import { compileRegexp } from "./regexp.lazy.ts";

test("what Go accepts is accepted", () => {
  for (const pattern of [
    "^/api/v[0-9]+$",
    "(?P<a>x)(?P<a>y)",
    "(?<constructor>a)",
    "\\p{greek}",
    "[]a]",
    "\\Q(",
    "[\\d-[:alpha:](]",
  ]) {
    assert.equal(compileRegexp(pattern), null, pattern);
  }
});

test("what Go refuses is refused with its reason", () => {
  const cases: [pattern: string, reason: RegExp][] = [
    ["(a", /missing closing \)/],
    ["a)(", /unexpected \)/],
    ["a\\", /trailing backslash/],
    ["[a", /missing closing \]/],
    ["(?=a)", /invalid or unsupported Perl syntax/],
    ["a**", /invalid nested repetition/],
    ["a{1001}", /invalid repeat count/],
    ["\\p{Nonsense}", /invalid character class range: \\p\{Nonsense\}/],
    ["(?P<n)", /invalid named capture/],
  ];
  for (const [pattern, reason] of cases) {
    assert.match(compileRegexp(pattern) ?? "", reason, pattern);
  }
});

test("a short pattern that compiles to a gigabyte is only parsed", () => {
  const before = process.memoryUsage().rss;
  assert.equal(compileRegexp("a{1000}".repeat(1000)), null);
  assert.ok(process.memoryUsage().rss - before < 200e6);
});
