import assert from "node:assert/strict";
import { test } from "node:test";
import type { Protocol, RuleSyntax } from "../route-description.ts";
import { compileRegexp } from "./regexp.lazy.ts";
import { analyzeRule, describeRuleError, mayNeedRegexp, type RuleAnalysis } from "./rule.ts";

function analyze(rule: string, syntax: RuleSyntax = "v3", protocol: Protocol = "http"): RuleAnalysis {
  return analyzeRule(rule, { protocol, syntax, compileRegexp });
}

test("hosts come in rule order, in lower case, with repetitions", () => {
  const rule =
    "(Host(`B.example.com`) || host(`a.example.com`)) && PathPrefix(`/x`) || HOST(`b.example.com`)";
  assert.deepEqual(analyze(rule), {
    domains: ["b.example.com", "a.example.com", "b.example.com"],
    paths: ["/x"],
    error: null,
  });
});

test("negation reaches the matchers behind parentheses", () => {
  assert.deepEqual(analyze("Host(`a`) && !Host(`b`)").domains, ["a"]);
  assert.deepEqual(analyze("!(Host(`a`) || !Host(`b`))").domains, ["b"]);
  assert.deepEqual(analyze("!!(Host(`a`) && !(!Host(`b`)))").domains, ["a", "b"]);
  assert.deepEqual(analyze("!Path(`/a`) && Path(`/b`)").paths, ["/b"]);
});

test("only Host gives hosts for HTTP and only HostSNI for TCP", () => {
  assert.deepEqual(analyze("HostRegexp(`a`) || HostHeader(`b`) || Host(`c`)", "v2").domains, ["c"]);
  assert.deepEqual(analyze("HostSNI(`a`) || ALPN(`h2`)", "v3", "tcp").domains, ["a"]);
});

test("a rule that parses gives its hosts even where it does not load", () => {
  const { domains, error } = analyze("Host(`a`, `b`)");
  assert.deepEqual(domains, ["a", "b"]);
  assert.deepEqual(error, {
    stage: "load",
    message:
      'Host takes 1 value in rule syntax v3, not 2; write Host("a") || Host("b"), or set syntax: v2 on this route',
    position: 0,
  });
  assert.equal(analyze("Host(`a`, `b`)", "v2").error, null);
});

test("parse errors say what to write and where", () => {
  const cases: [rule: string, position: number, message: RegExp][] = [
    ["Host(`a`) & Path(`/b`)", 10, /write &&/],
    ["Host(`a`) or Path(`/b`)", 10, /write \|\|/],
    ["Host('a')", 5, /backticks/],
    ["Host(“a”)", 5, /backticks/],
    ["Host(a)", 5, /backticks/],
    ["Hots(`a`)", 0, /did you mean Host\?/],
    ["hOst(`a`)", 0, /did you mean Host\?/],
    ["Path(`/`) && HostSNI(`a`)", 13, /IngressRouteTCP; Host is the one here/],
    ["Host(`a`", 4, /never closed/],
    ["(Host(`a`)", 0, /never closed/],
    ["Host(`a`))", 9, /no opening/],
    ["Host(`a)", 5, /no closing backtick/],
    ['Host("a\\.com")', 7, /backticks/],
    ["Host(`a` `b`)", 9, /comma is missing/],
    ["Host(`a`)\n&& Path(`/`)", 9, /end of the line/],
    ["Host(`a`);", 9, /semicolon/],
    ["Host", 0, /value in parentheses/],
    ["", 0, /the rule ends/],
    ["/*ü*/ Host(`ü`) x", 18, /&& or \|\|/],
  ];
  for (const [rule, position, message] of cases) {
    const { domains, error } = analyze(rule);
    assert.deepEqual(
      { domains, stage: error?.stage, position: error?.position },
      { domains: [], stage: "parse", position },
      rule,
    );
    assert.match(error?.message ?? "", message, rule);
  }
});

test("load errors name the matcher and point at the value", () => {
  const cases: [rule: string, syntax: RuleSyntax, position: number, message: RegExp][] = [
    ["Host(`a`) && HostHeader(`b`)", "v3", 13, /in v3 it is Host, or set syntax: v2/],
    ["Header(`a`, `b`)", "v2", 0, /in v2 it is Headers/],
    ["Host()", "v3", 0, /no value/],
    ["Host(`ü.de`)", "v3", 5, /outside ASCII/],
    ["Host(`a`, `ü`)", "v2", 10, /outside ASCII/],
    ["Header(`a`, ``)", "v3", 12, /empty value/],
    ["ClientIP(`10.0.0.300`)", "v3", 9, /IP address or CIDR range/],
    ["PathRegexp(`(`)", "v3", 11, /missing closing \)/],
    ["Path(`a`)", "v3", 5, /slash/],
    ["HostRegexp(`{a`)", "v2", 11, /balanced/],
    ["Query(`a={x}`, `b={x}`)", "v2", 15, /"x" is used twice/],
  ];
  for (const [rule, syntax, position, message] of cases) {
    const { error } = analyze(rule, syntax);
    assert.deepEqual([error?.stage, error?.position], ["load", position], rule);
    assert.match(error?.message ?? "", message, rule);
  }
});

test("messages stay short for long rules", () => {
  const { error } = analyze(`PathRegexp(\`${"(".repeat(100_000)}\`)`);
  assert.ok(error !== null && describeRuleError("x".repeat(100_000), error).length < 500);
  assert.ok((analyze(`${"H".repeat(100_000)}(\`a\`)`).error?.message.length ?? 0) < 300);
});

test("hostile nesting is refused, more values than a call can take are not", () => {
  assert.match(analyze("(".repeat(1_000_000)).error?.message ?? "", /nested too deeply/);
  assert.match(analyze("!".repeat(1_000_000)).error?.message ?? "", /nested too deeply/);
  assert.equal(analyze(`Host(${"`a`,".repeat(300_000)})`, "v2").domains.length, 300_000);
});

test("regular expressions are announced", () => {
  assert.equal(mayNeedRegexp("Host(`a`) && PathPrefix(`/b`)"), false);
  for (const rule of ["PATHREGEXP(`a`)", "Path(`/{id}`)", 'Path("/\\x7bid\\x7d")']) {
    assert.equal(mayNeedRegexp(rule), true, rule);
  }
});
