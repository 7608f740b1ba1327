/**
 * String literals of rules: they are Go's, so a double-quoted one knows Go's escapes and nothing else.
 * https://go.dev/ref/spec#String_literals
 *
 * A `\x` or octal escape makes a byte, and bytes need not be UTF-8. Each byte that is not becomes the lone surrogate
 * U+DC00 + byte: rules themselves are well-formed, so `isWellFormed()` is false exactly for values with such bytes.
 *
 * @module
 */
import { RuleParseError } from "../rule-error.ts";

export interface StringLiteral {
  readonly value: string;
  /** Index just behind the closing quote. */
  readonly end: number;
}

const backslash = 0x5c;
const doubleQuote = 0x22;
const newline = 0x0a;

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

/** Reads the literal in backticks that starts at `start`: no escapes, and carriage returns are dropped. */
export function readRawString(rule: string, start: number): StringLiteral {
  const close = rule.indexOf("`", start + 1);
  if (close < 0) {
    throw new RuleParseError("this string has no closing backtick", start);
  }
  const text = rule.slice(start + 1, close);
  return { value: text.includes("\r") ? text.replaceAll("\r", "") : text, end: close + 1 };
}

/** Reads the literal in double quotes that starts at `start`. */
export function readQuotedString(rule: string, start: number): StringLiteral {
  let value = "";
  let bytes: number[] = [];
  let from = start + 1;
  for (let index = from; ; ) {
    const code = rule.charCodeAt(index);
    if (Number.isNaN(code) || code === newline) {
      throw new RuleParseError("this string has no closing double quote on its line", start);
    }
    if (code !== doubleQuote && code !== backslash) {
      index++;
      continue;
    }
    if (index > from && bytes.length > 0) {
      value += decodeUtf8(bytes);
      bytes = [];
    }
    value += rule.slice(from, index);
    if (code === doubleQuote) {
      return { value: value + decodeUtf8(bytes), end: index + 1 };
    }
    const read = readEscape(rule, index);
    if (read.byte === null) {
      value += decodeUtf8(bytes) + read.text;
      bytes = [];
    } else {
      bytes.push(read.byte);
    }
    index = read.end;
    from = index;
  }
}

interface Escape {
  readonly text: string;
  /** The byte that a `\x` or octal escape stands for, else null. */
  readonly byte: number | null;
  readonly end: number;
}

function readEscape(rule: string, start: number): Escape {
  const kind = rule[start + 1] ?? "";
  const simple = simpleEscapes[kind];
  if (simple !== undefined) {
    return { text: simple, byte: null, end: start + 2 };
  }
  if (kind >= "0" && kind <= "7") {
    const byte = readDigits(rule, start, start + 1, 3, 8);
    if (byte > 255) {
      throw new RuleParseError(`the escape ${shownEscape(rule, start, 4)} is larger than one byte`, start);
    }
    return { text: "", byte, end: start + 4 };
  }
  if (kind === "x") {
    return { text: "", byte: readDigits(rule, start, start + 2, 2, 16), end: start + 4 };
  }
  if (kind === "u" || kind === "U") {
    const length = kind === "u" ? 4 : 8;
    const codePoint = readDigits(rule, start, start + 2, length, 16);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
      throw new RuleParseError(`${shownEscape(rule, start, length + 2)} is not a Unicode character`, start);
    }
    return { text: String.fromCodePoint(codePoint), byte: null, end: start + 2 + length };
  }
  throw new RuleParseError(
    `${shownEscape(rule, start, 2)} is not an escape in double quotes; put the value in backticks, where a backslash is an ordinary character`,
    start,
  );
}

function readDigits(rule: string, start: number, from: number, count: number, base: 8 | 16): number {
  let value = 0;
  for (let index = from; index < from + count; index++) {
    const digit = digitValue(rule.charCodeAt(index));
    if (digit >= base) {
      throw new RuleParseError(`the escape ${shownEscape(rule, start, 2)}… needs ${count} digits`, start);
    }
    value = value * base + digit;
  }
  return value;
}

function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) {
    return code - 0x30;
  }
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : 16;
}

function shownEscape(rule: string, start: number, length: number): string {
  return rule.slice(start, start + length).toWellFormed();
}

/** Decodes as Go does: a byte that does not belong to a valid sequence stands for itself alone. */
function decodeUtf8(bytes: readonly number[]): string {
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes, index);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[index] ?? 0));
      index++;
      continue;
    }
    let codePoint = (bytes[index] ?? 0) & (length === 1 ? 0x7f : 0xff >> (length + 1));
    for (let next = index + 1; next < index + length; next++) {
      codePoint = (codePoint << 6) | ((bytes[next] ?? 0) & 0x3f);
    }
    text += String.fromCodePoint(codePoint);
    index += length;
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `index`, 0 where there is none (RFC 3629, section 4). */
function sequenceLength(bytes: readonly number[], index: number): number {
  const first = bytes[index] ?? 0;
  if (first < 0x80) {
    return 1;
  }
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || index + length > bytes.length) {
    return 0;
  }
  const second = bytes[index + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) {
    return 0;
  }
  for (let next = index + 2; next < index + length; next++) {
    const byte = bytes[next] ?? 0;
    if (byte < 0x80 || byte > 0xbf) {
      return 0;
    }
  }
  return length;
}
