/**
 * Go reads comments of the form `line file:10` or `line file:10:4` as line directives and refuses the source where
 * their numbers are wrong. https://pkg.go.dev/cmd/compile#hdr-Compiler_Directives
 *
 * Nobody writes them in rules; they are checked so that this parser accepts exactly what Traefik does.
 *
 * @module
 */
import { RuleParseError } from "./rule-error.ts";

const prefix = "line ";

/** Checks the comment from `start` to `end` (its closing mark or line end). @throws RuleParseError */
export function checkLineDirective(rule: string, start: number, end: number): void {
  if (!rule.startsWith(prefix, start + 2) || start + 2 + prefix.length > end) {
    return;
  }
  const isLineComment = rule.charCodeAt(start + 1) === 0x2f;
  const text = rule.slice(start + 2 + prefix.length, end);
  if (!isValid(isLineComment && text.endsWith("\r") ? text.slice(0, -1) : text)) {
    throw new RuleParseError("this comment is a line directive with an invalid number; reword it", start);
  }
}

function isValid(text: string): boolean {
  const last = text.lastIndexOf(":");
  if (last < 0) {
    return true;
  }
  const number = parseUint64(text.slice(last + 1));
  if (number === null) {
    return false;
  }
  const previous = text.lastIndexOf(":", last - 1);
  const line = previous < 0 || last === 0 ? null : parseUint64(text.slice(previous + 1, last));
  return isInRange(number) && (line === null || isInRange(line));
}

/** Go keeps the number in a signed 64-bit integer: the upper half turns negative and passes its check. */
function isInRange(value: bigint): boolean {
  return (value > 0n && value <= 2n ** 30n) || value >= 2n ** 63n;
}

function parseUint64(digits: string): bigint | null {
  if (!/^[0-9]+$/.test(digits)) {
    return null;
  }
  // Longer than any number in range, leading zeros aside: no need to convert a megabyte of digits.
  const significant = digits.replace(/^0+/, "");
  const value = significant.length > 20 ? 2n ** 64n : BigInt(significant === "" ? "0" : significant);
  return value < 2n ** 64n ? value : null;
}
