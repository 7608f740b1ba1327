/**
 * Parser of rules. It accepts exactly what Traefik's does (Go's expression parser and vulcand/predicate behind it):
 *
 *     rule  := or [line break]
 *     or    := and ("||" and)*      and := unary ("&&" unary)*
 *     unary := "!" unary | "(" or ")" | NAME "(" [STRING ("," STRING)* ["..."] [","]] ")"
 *
 * The result is the flat list of matchers from left to right, each with its negation already pushed down to it
 * (De Morgan): neither the extraction of hosts nor the checks at load time need the tree. So there is no recursion,
 * and hostile nesting costs memory in proportion to the length of the rule only.
 *
 * @module
 */

import { shown } from "../../schema/shown.ts";
import { Lexer, type TokenKind } from "./lexer.ts";
import { RuleParseError } from "./rule-error.ts";

/** One matcher of a rule, such as Host(`a`). Indexes count UTF-16 code units. */
export interface MatcherCall {
  readonly name: string;
  readonly index: number;
  readonly args: readonly string[];
  readonly argIndexes: readonly number[];
  readonly negated: boolean;
}

/** Depth at which Go's parser gives up (`maxNestLev` of go/parser). */
const deepestNesting = 100_000;

/** One level of parentheses, with what is needed to count nesting as Go's recursive descent does. */
interface Level {
  /** Go's nesting counter where this level began. */
  readonly base: number;
  /** Operators met that Go's loop for the lowest precedence counted. */
  lowest: number;
  /** `&&` met since the last `||`: they are counted by a loop of their own. */
  higher: number;
  hasOr: boolean;
  readonly negated: boolean;
  /** Index of the opening parenthesis. */
  readonly index: number;
}

function levelAt(base: number, negated: boolean, index: number): Level {
  return { base, lowest: 0, higher: 0, hasOr: false, negated, index };
}

/** Parses a well-formed string. @throws RuleParseError */
export function parseRule(rule: string): MatcherCall[] {
  const lexer = new Lexer(rule);
  const calls: MatcherCall[] = [];
  const outer: Level[] = [];
  let level = levelAt(0, false, 0);
  lexer.next();
  for (;;) {
    // An operand: any number of `!`, then a matcher or an opening parenthesis.
    let unary = 1;
    while (lexer.kind === "!") {
      unary++;
      lexer.next();
    }
    const nesting = level.base + level.lowest + level.higher + unary;
    const negated = level.negated !== (unary % 2 === 0);
    if (nesting > deepestNesting) {
      throw nestedTooDeep(lexer.start);
    }
    if (lexer.kind === "(") {
      outer.push(level);
      level = levelAt(nesting, negated, lexer.start);
      lexer.next();
      continue;
    }
    const call = parseCall(lexer, negated);
    if (nesting + (call.args.length > 0 ? 3 : 2) > deepestNesting) {
      throw nestedTooDeep(call.index);
    }
    calls.push(call);

    // What follows an operand: closing parentheses, then an operator or the end.
    while ((lexer.kind as TokenKind) === ")") {
      const enclosing = outer.pop();
      if (enclosing === undefined) {
        throw new RuleParseError("this closing parenthesis has no opening one", lexer.start);
      }
      level = enclosing;
      lexer.next();
    }
    if (lexer.kind === "&&" || lexer.kind === "||") {
      countOperator(level, lexer.kind);
      lexer.next();
      continue;
    }
    expectEnd(lexer, outer.length > 0 ? level : null);
    return calls;
  }
}

function countOperator(level: Level, operator: "&&" | "||"): void {
  if (operator === "&&" && level.hasOr) {
    level.higher++;
    return;
  }
  level.lowest++;
  level.higher = 0;
  level.hasOr ||= operator === "||";
}

function parseCall(lexer: Lexer, negated: boolean): MatcherCall {
  if (lexer.kind !== "identifier") {
    throw expectedMatcher(lexer);
  }
  const name = lexer.value;
  const index = lexer.start;
  lexer.next();
  if ((lexer.kind as TokenKind) !== "(") {
    throw new RuleParseError(
      `${shown(name)} needs a value in parentheses, as in Host(\`example.com\`)`,
      index,
    );
  }
  const opening = lexer.start;
  lexer.next();
  const args: string[] = [];
  const argIndexes: number[] = [];
  let closing = false;
  while ((lexer.kind as TokenKind) !== ")") {
    if (closing || (lexer.kind as TokenKind) !== "string") {
      throw expectedArgument(lexer, opening, closing);
    }
    args.push(lexer.value);
    argIndexes.push(lexer.start);
    lexer.next();
    if ((lexer.kind as TokenKind) === "...") {
      closing = true;
      lexer.next();
    }
    if ((lexer.kind as TokenKind) === ",") {
      lexer.next();
    } else {
      closing = true;
    }
  }
  lexer.next();
  return { name, index, args, argIndexes, negated };
}

function expectedMatcher(lexer: Lexer): RuleParseError {
  switch (lexer.kind) {
    case "end":
      return new RuleParseError(
        "the rule ends where a matcher such as Host(`example.com`) should stand",
        lexer.start,
      );
    case "string":
      return new RuleParseError(
        `the string ${shown(lexer.value)} is not inside a matcher such as Host(…)`,
        lexer.start,
      );
    default:
      return new RuleParseError(
        `a matcher such as Host(…) should stand here, not ${described(lexer)}`,
        lexer.start,
      );
  }
}

function expectedArgument(lexer: Lexer, opening: number, closing: boolean): RuleParseError {
  switch (lexer.kind) {
    case "end":
      return new RuleParseError("this parenthesis is never closed", opening);
    case "newline":
      return new RuleParseError(
        "a line break is not allowed here; close the parenthesis on the same line",
        lexer.start,
      );
    case "string":
      return new RuleParseError("a comma is missing between these values", lexer.start);
    case "identifier":
      return new RuleParseError(
        `the value ${shown(lexer.value)} is not quoted; put it in backticks`,
        lexer.start,
      );
    default: {
      const wanted = closing ? "a closing parenthesis" : "a value in backticks";
      return new RuleParseError(`${wanted} should stand here, not ${described(lexer)}`, lexer.start);
    }
  }
}

function expectEnd(lexer: Lexer, open: Level | null): void {
  if (open !== null) {
    throw lexer.kind === "end"
      ? new RuleParseError("this parenthesis is never closed", open.index)
      : expectedOperator(lexer);
  }
  if (lexer.kind === "newline") {
    const lineBreak = lexer.start;
    lexer.next();
    if ((lexer.kind as TokenKind) !== "end") {
      throw new RuleParseError(
        "this line break ends the rule, but more follows; put && or || at the end of the line, not at its start",
        lineBreak,
      );
    }
  }
  if (lexer.kind !== "end") {
    throw expectedOperator(lexer);
  }
}

const spelledOperators: Readonly<Record<string, string>> = { and: "&&", or: "||", not: "&& !" };

function expectedOperator(lexer: Lexer): RuleParseError {
  if (lexer.kind === "newline") {
    return new RuleParseError("a line break is not allowed here; close the parenthesis first", lexer.start);
  }
  const spelled = lexer.kind === "identifier" ? spelledOperators[lexer.value.toLowerCase()] : undefined;
  const hint = spelled === undefined ? "" : `; write ${spelled}`;
  return new RuleParseError(`&& or || should stand here, not ${described(lexer)}${hint}`, lexer.start);
}

function described(lexer: Lexer): string {
  switch (lexer.kind) {
    case "identifier":
    case "string":
      return shown(lexer.value);
    case "newline":
      return "a line break";
    default:
      return lexer.kind;
  }
}

function nestedTooDeep(index: number): RuleParseError {
  return new RuleParseError("the rule is nested too deeply", index);
}
