/**
 * What one rule says: the hosts and paths that Traefik extracts from it, and whether Traefik would load it.
 *
 * @module
 */

import { shown } from "../../schema/shown.ts";
import type { Fault } from "./checks.ts";
import { unknownMatcher, wrongArity, wrongSyntax } from "./hints.ts";
import { matcherName, matcherOf } from "./matchers.ts";
import { type MatcherCall, parseRule } from "./parser.ts";
import type { CompileRegexp } from "./regexp.ts";
import { type RuleError, RuleParseError } from "./rule-error.ts";
import { literalAt } from "./string-literal.ts";
import type { Protocol, RuleSyntax } from "./syntax.ts";

export interface RuleAnalysis {
  /**
   * What `ParseDomains` (HTTP) or `ParseHostSNI` (TCP) of Traefik 3.7.13 extracts, in its order and with its
   * repetitions: lower case, without negated matchers. Empty when extraction fails.
   */
  readonly domains: readonly string[];
  /** Values of Path and PathPrefix that are not negated, in rule order. */
  readonly paths: readonly string[];
  /** The same as `domains`, in the user's spelling. */
  readonly hosts: readonly string[];
  readonly error: RuleError | null;
}

export interface RuleOptions {
  readonly protocol: Protocol;
  readonly syntax: RuleSyntax;
  /** Called only for rules of which `mayNeedRegexp` is true. */
  readonly compileRegexp: CompileRegexp;
}

/** Analyses one rule in time linear in its length. Never throws: what is wrong with the rule is in `error`. */
export function analyzeRule(rule: string, options: RuleOptions): RuleAnalysis {
  // A lone surrogate cannot be encoded: it reaches Traefik as U+FFFD.
  const source = rule.toWellFormed();
  let calls: MatcherCall[];
  try {
    calls = parseRule(source).map((call) => resolved(call, options.protocol));
  } catch (error) {
    if (error instanceof RuleParseError) {
      return {
        domains: [],
        paths: [],
        hosts: [],
        error: ruleError("parse", error.message, source, error.index),
      };
    }
    throw error;
  }
  const domains: string[] = [];
  const paths: string[] = [];
  const hosts: string[] = [];
  const hostMatcher = options.protocol === "http" ? "Host" : "HostSNI";
  for (const call of calls) {
    if (call.negated) {
      continue;
    }
    const isHost = call.name === hostMatcher;
    if (!isHost && call.name !== "Path" && call.name !== "PathPrefix") {
      continue;
    }
    for (const value of call.args) {
      (isHost ? hosts : paths).push(value.toWellFormed());
      if (isHost) {
        domains.push(lowerCase(value).toWellFormed());
      }
    }
  }
  return { domains, paths, hosts, error: loadError(source, calls, options) };
}

/** Capital letters that Unicode 16 and 17 brought: Go has the tables of Unicode 15. */
const newerCapital =
  /^[\u1c89\ua7cb-\ua7ce\ua7d2-\ua7d4\ua7da-\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]$/u;

/** As Go does it: outside ASCII one character at a time, never by context as in a final sigma. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+|[^\0-\x7f]/gu, (letters) =>
    letters === "İ" ? "i" : newerCapital.test(letters) ? letters : letters.toLowerCase(),
  );
}

/** The call under the matcher's documented name. */
function resolved(call: MatcherCall, protocol: Protocol): MatcherCall {
  const name = matcherName(protocol, call.name);
  if (name === undefined) {
    throw new RuleParseError(unknownMatcher(protocol, call.name), call.index);
  }
  return name === call.name ? call : { ...call, name };
}

function loadError(source: string, calls: readonly MatcherCall[], options: RuleOptions): RuleError | null {
  for (const call of calls) {
    const fault = faultOf(source, call, options);
    if (fault !== null) {
      const index = fault.argument === null ? call.index : (call.argIndexes[fault.argument] ?? call.index);
      return ruleError("load", fault.message, source, index);
    }
  }
  return null;
}

function faultOf(
  source: string,
  call: MatcherCall,
  { protocol, syntax, compileRegexp }: RuleOptions,
): Fault | null {
  const matcher = matcherOf(protocol, syntax, call.name);
  if (matcher === undefined) {
    return { message: wrongSyntax(call.name, syntax), argument: null };
  }
  const count = call.args.length;
  if (count === 0) {
    return { message: `${call.name} has no value`, argument: null };
  }
  const empty = call.args.indexOf("");
  if (empty >= 0) {
    return { message: `${call.name} has an empty value`, argument: empty };
  }
  if (count < matcher.least || count > matcher.most) {
    const literals = call.argIndexes.slice(0, 2).map((index) => literalAt(source, index));
    return {
      message: wrongArity(call.name, syntax, matcher.least, matcher.most, count, literals),
      argument: null,
    };
  }
  const fault = matcher.check(call.args, compileRegexp);
  return fault === null ? null : { ...fault, message: `${call.name}: ${fault.message}` };
}

function ruleError(stage: RuleError["stage"], message: string, source: string, index: number): RuleError {
  return { stage, message, position: Buffer.byteLength(source.slice(0, index)) };
}

/** A rule's text and its error in one sentence. */
export function describeRuleError(rule: string, error: RuleError): string {
  const effect = error.stage === "parse" ? "Traefik cannot parse" : "Traefik does not load";
  return `${effect} the rule ${shown(rule)}: ${error.message} (at byte ${error.position})`;
}
