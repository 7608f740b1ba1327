/**
 * Our rule parser against Traefik's own, rule by rule: domains, whether it parses, whether it loads.
 *
 * `RULES` sets how many rules are generated, `SEED` which ones; both are printed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import type { Protocol, RuleSyntax } from "../../functions/traefik/route-description.ts";
import { compileRegexp } from "../../functions/traefik/rule/regexp.lazy.ts";
import { analyzeRule, mayNeedRegexp } from "../../functions/traefik/rule/rule.ts";
import { documentedRules } from "./documented-rules.ts";
import { deepRules, edgeRules } from "./edge-rules.ts";
import { anyRule } from "./generated-rules.ts";
import { type Answer, askTraefik, findOracle, type Question } from "./oracle.ts";

const generated = Number(process.env.RULES ?? 50_000);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

let oracle = "";

before(async () => {
  oracle = await findOracle();
});

test("rules of Traefik's documentation", async () => {
  await compare(everyWay(documentedRules));
});

test("rules at the edges of the language", async () => {
  const forTcp = edgeRules.map((rule) => rule.replaceAll("Host(", "HostSNI("));
  await compare(everyWay([...edgeRules, ...forTcp]));
});

test("rules at the depth where Go's parser gives up", async () => {
  await compare(deepRules());
});

test(`generated rules (RULES=${generated} SEED=${seed})`, async () => {
  const question: fc.Arbitrary<Question> = fc.record({
    protocol: fc.constantFrom<Protocol>("http", "http", "tcp"),
    syntax: fc.constantFrom<RuleSyntax>("v2", "v3"),
    rule: anyRule,
  });
  const loaded = await compare(fc.sample(question, { numRuns: generated, seed }));
  const share = loaded / generated;
  assert.ok(share > 0.1 && share < 0.9, `${loaded} of ${generated} rules load: the corpus is lopsided`);
});

function everyWay(rules: readonly string[]): Question[] {
  return rules.flatMap((rule) =>
    (["http", "tcp"] as const).flatMap((protocol) =>
      (["v2", "v3"] as const).map((syntax) => ({ protocol, syntax, rule })),
    ),
  );
}

/** Fails with the shortest rules on which the two disagree. Returns how many rules Traefik loads. */
async function compare(questions: readonly Question[]): Promise<number> {
  const answers = await askTraefik(oracle, questions);
  const differences: { length: number; text: string }[] = [];
  let loaded = 0;
  for (const [index, question] of questions.entries()) {
    const theirs = answers[index];
    assert.ok(theirs);
    loaded += theirs.loadError === "" ? 1 : 0;
    const difference = differenceOf(question, theirs);
    if (difference !== null) {
      const text = `${JSON.stringify(question)}\n  ${difference}\n  Traefik: ${JSON.stringify(theirs).slice(0, 400)}`;
      differences.push({ length: question.rule.length, text });
    }
  }
  differences.sort((left, right) => left.length - right.length);
  const shown = differences.slice(0, 10).map(({ text }) => text);
  assert.equal(
    differences.length,
    0,
    `${differences.length} of ${questions.length} differ:\n${shown.join("\n")}`,
  );
  return loaded;
}

function differenceOf({ protocol, syntax, rule }: Question, theirs: Answer): string | null {
  let compiled = 0;
  const ours = analyzeRule(rule, {
    protocol,
    syntax,
    compileRegexp: (pattern) => {
      compiled++;
      return compileRegexp(pattern);
    },
  });
  const stage = theirs.parseError !== "" ? "parse" : theirs.loadError !== "" ? "load" : null;
  if ((ours.error?.stage ?? null) !== stage) {
    return `ours: ${JSON.stringify(ours.error)}`;
  }
  if (JSON.stringify(ours.domains) !== JSON.stringify(theirs.domains)) {
    return `ours: ${JSON.stringify(ours.domains)}`;
  }
  if (ours.error !== null && !(ours.error.position >= 0 && ours.error.position <= Buffer.byteLength(rule))) {
    return `position ${ours.error.position} is outside the rule`;
  }
  return compiled > 0 && !mayNeedRegexp(rule) ? "a regular expression was not announced" : null;
}
