/**
 * Tokens of a rule. Traefik hands rules to Go's expression parser, so white space, comments, strings and line ends
 * are Go's. https://go.dev/ref/spec#Lexical_elements
 *
 * Indexes count UTF-16 code units; `rule.ts` turns them into bytes.
 *
 * @module
 */

import { shown } from "../../schema/shown.ts";
import { isInvalidLineDirective } from "./comments.ts";
import { RuleParseError } from "./rule-error.ts";
import { readQuotedString, readRawString, type StringLiteral } from "./string-literal.ts";

export type TokenKind =
  | "identifier"
  | "string"
  | "("
  | ")"
  | ","
  | "..."
  | "!"
  | "&&"
  | "||"
  | "newline"
  | "end";

const byteOrderMark = 0xfeff;
const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const slash = 0x2f;
const star = 0x2a;
const dot = 0x2e;

/** Reads one token at a time: after `next()`, `kind`, `start` and `value` describe it. */
export class Lexer {
  kind: TokenKind = "end";
  /** Index of the token's first character. */
  start = 0;
  /** Name of an identifier, value of a string; "" for other tokens. */
  value = "";
  readonly #rule: string;
  #index = 0;
  /** The last token can end an expression, so a line break behind it does. */
  #mayEnd = false;

  /** @throws RuleParseError where the rule has a character that is allowed nowhere. */
  constructor(rule: string) {
    this.#rule = rule;
    const nul = rule.indexOf("\0");
    if (nul >= 0) {
      throw new RuleParseError("a NUL character is not allowed in a rule", nul);
    }
    const misplacedMark = rule.indexOf("\ufeff", 1);
    if (misplacedMark > 0) {
      throw new RuleParseError("an invisible byte order mark (U+FEFF) is not allowed here", misplacedMark);
    }
    this.#index = rule.charCodeAt(0) === byteOrderMark ? 1 : 0;
  }

  /** Moves to the next token. @throws RuleParseError */
  next(): void {
    this.value = "";
    if (this.#skipSpace()) {
      this.#mayEnd = false;
      return;
    }
    const rule = this.#rule;
    const index = this.#index;
    this.start = index;
    if (index >= rule.length) {
      this.kind = "end";
      return;
    }
    const code = rule.charCodeAt(index);
    if (isLetter(code)) {
      let end = index + 1;
      while (isLetter(rule.charCodeAt(end)) || isDigit(rule.charCodeAt(end))) {
        end++;
      }
      this.#take("identifier", rule.slice(index, end), end, true);
      return;
    }
    switch (code) {
      case 0x28:
        this.#take("(", "", index + 1, false);
        return;
      case 0x29:
        this.#take(")", "", index + 1, true);
        return;
      case 0x2c:
        this.#take(",", "", index + 1, false);
        return;
      case 0x60:
        this.#takeString(readRawString(rule, index));
        return;
      case 0x22:
        this.#takeString(readQuotedString(rule, index));
        return;
      case 0x26:
      case 0x7c:
        if (rule.charCodeAt(index + 1) === code) {
          this.#take(code === 0x26 ? "&&" : "||", "", index + 2, false);
          return;
        }
        throw new RuleParseError(
          `unknown operator ${rule[index]}; write ${rule[index]}${rule[index]}`,
          index,
        );
      case 0x21:
        this.#take("!", "", index + 1, false);
        return;
      case dot:
        if (rule.charCodeAt(index + 1) === dot && rule.charCodeAt(index + 2) === dot) {
          this.#take("...", "", index + 3, false);
          return;
        }
    }
    throw unexpectedCharacter(rule, index);
  }

  #take(kind: TokenKind, value: string, end: number, mayEnd: boolean): void {
    this.kind = kind;
    this.value = value;
    this.#index = end;
    this.#mayEnd = mayEnd;
  }

  #takeString(literal: StringLiteral): void {
    this.#take("string", literal.value, literal.end, true);
  }

  /** Skips white space and comments. True when that met a line break that ends the expression. */
  #skipSpace(): boolean {
    const rule = this.#rule;
    for (;;) {
      const code = rule.charCodeAt(this.#index);
      if (code === newline && this.#mayEnd) {
        this.#endLine(this.#index, this.#index + 1);
        return true;
      }
      if (code === space || code === tab || code === carriageReturn || code === newline) {
        this.#index++;
        continue;
      }
      const following = code === slash ? rule.charCodeAt(this.#index + 1) : 0;
      if (following === slash) {
        this.#skipLineComment();
      } else if (following === star) {
        if (this.#skipBlockComment()) {
          return true;
        }
      } else {
        return false;
      }
    }
  }

  #skipLineComment(): void {
    const start = this.#index;
    const lineEnd = this.#rule.indexOf("\n", start);
    this.#index = lineEnd < 0 ? this.#rule.length : lineEnd;
    if (start === 0 || this.#rule.charCodeAt(start - 1) === newline) {
      this.#refuseLineDirective(start, this.#index);
    }
  }

  #skipBlockComment(): boolean {
    const start = this.#index;
    const close = this.#rule.indexOf("*/", start + 2);
    if (close < 0) {
      throw new RuleParseError("this comment has no closing */", start);
    }
    this.#refuseLineDirective(start, close);
    const lineEnd = this.#mayEnd ? this.#rule.slice(start, close).indexOf("\n") : -1;
    this.#index = close + 2;
    if (lineEnd < 0) {
      return false;
    }
    this.#endLine(start + lineEnd, close + 2);
    return true;
  }

  #refuseLineDirective(start: number, end: number): void {
    if (isInvalidLineDirective(this.#rule.slice(start, end))) {
      throw new RuleParseError("this comment is a line directive with an invalid number; reword it", start);
    }
  }

  #endLine(start: number, end: number): void {
    this.kind = "newline";
    this.start = start;
    this.#index = end;
  }
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x5f;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The quotes that word processors put in place of straight ones: U+2018 to U+201F. */
function isTypographicQuote(code: number): boolean {
  return code >= 0x2018 && code <= 0x201f;
}

function unexpectedCharacter(rule: string, index: number): RuleParseError {
  const code = rule.charCodeAt(index);
  if (code === 0x27) {
    return new RuleParseError("single quotes do not make a string; put the value in backticks", index);
  }
  if (isTypographicQuote(code)) {
    return new RuleParseError("typographic quotes do not make a string; put the value in backticks", index);
  }
  if (code === 0x3b) {
    return new RuleParseError("a semicolon is not allowed in a rule; remove it", index);
  }
  if (isDigit(code)) {
    return new RuleParseError("a number is not allowed here; values are strings in backticks", index);
  }
  return new RuleParseError(
    `unexpected character ${shown(String.fromCodePoint(rule.codePointAt(index) ?? 0))}`,
    index,
  );
}
