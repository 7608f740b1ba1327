/**
 * Generated rules: from the grammar, with spelling, spacing and literals varied, and with one or two things broken.
 *
 * @module
 */
import fc from "fast-check";
import { documentedRules } from "./documented-rules.ts";
import { valueFor } from "./values.ts";

const names = [
  "Host",
  "Host",
  "Host",
  "HostHeader",
  "HostRegexp",
  "ClientIP",
  "Method",
  "Path",
  "PathPrefix",
  "PathRegexp",
  "Header",
  "Headers",
  "HeaderRegexp",
  "HeadersRegexp",
  "Query",
  "QueryRegexp",
  "HostSNI",
  "HostSNI",
  "HostSNIRegexp",
  "ALPN",
];

function capitalised(name: string): string {
  return `${name[0]}${name.slice(1).toLowerCase()}`;
}

const name = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...names) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(0, 1, 2, 3))
      .map(
        ([text, how]) =>
          [text.toLowerCase(), text.toUpperCase(), capitalised(text), `h${text.slice(1)}`][how] ?? text,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "Hst",
      "Höst",
      "and",
      "func",
      "Host1",
      "_",
      "a.Host",
      "true",
      "hOST",
      "hostSni",
    ),
  },
);

/** Space between tokens; the later ones end a line, hide a directive, or are not space at all. */
const space = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("", " ") },
  { weight: 4, arbitrary: fc.constantFrom("\t", "\r", "  ", "/* c */", "/**/") },
  { weight: 1, arbitrary: fc.constantFrom("\n", "\r\n", "// c\n", "/* \n */", "/*\n*/\n") },
);
const oddSpace = fc.constantFrom(
  "/*/",
  "/*",
  "//",
  "// c",
  "//line x:1\n",
  "//line x:0\n",
  "//line x:a\n",
  "//line :1:0\n",
  "/*line x:1*/",
  "/*line x:1:a*/",
  "/*line x:a*/",
  "/*line x:1073741825*/",
  "/*line x:9223372036854775808*/",
  "/*line x:18446744073709551616*/",
  "/*line */",
  "\n//line x:y\n",
  "\u00a0",
  "\u2028",
  "\ufeff",
  "\0",
  "\v",
  "\f",
);

/** Writes a value as one of Go's string literals. */
function literal(value: string): fc.Arbitrary<string> {
  const raw = value.includes("`") ? JSON.stringify(value) : `\`${value}\``;
  const quoted = `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  const escaped = `"${Array.from(value, (character, index) => escapeOf(character, index)).join("")}"`;
  const rest = fc.constantFrom(
    JSON.stringify(value),
    `'${value}'`,
    `“${value}”`,
    `"${value}"`,
    `\`${value}`,
    `"${value}`,
    value,
    `(\`${value}\`)`,
    `\`${value}\`+\`x\``,
    "5",
    "nil",
    "-1",
    "'a'",
    `"\\."`,
    '"\\xff"',
    '"\\xc3\\xa9"',
    '"\\xe2\\x82"',
    '"\\xed\\xa0\\x80"',
    '"\\xf0\\x9f\\x98\\x80a"',
    '"\\377\\0001"',
    '"\\400"',
    '"\\ud800"',
    '"\\U00110000"',
    '"\\U0001F600"',
    '"\\u00e"',
    `"\\'"`,
    '"a\\x7b"',
    '"\\x41\\x2f"',
    "`a\rb`",
    "`a\nb`",
    '"\n"',
  );
  return fc.oneof(
    { weight: 20, arbitrary: fc.constant(raw) },
    { weight: 3, arbitrary: fc.constant(quoted) },
    { weight: 2, arbitrary: fc.constant(escaped) },
    { weight: 1, arbitrary: rest },
  );
}

function escapeOf(character: string, index: number): string {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) {
    return `\\U${code.toString(16).padStart(8, "0")}`;
  }
  if (code > 0x7f || index % 3 === 0) {
    return `\\u${code.toString(16).padStart(4, "0")}`;
  }
  return index % 3 === 1
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\${code.toString(8).padStart(3, "0")}`;
}

const matcher = name.chain((matcherName) => {
  const pairs = /^header/i.test(matcherName);
  const count = fc.oneof(
    { weight: 12, arbitrary: fc.constant(pairs ? 2 : 1) },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) },
  );
  return count.chain((values) =>
    fc
      .tuple(
        fc.array(valueFor(matcherName).chain(literal), { minLength: values, maxLength: values }),
        fc.array(space, { minLength: 6, maxLength: 6 }),
        fc.constantFrom("", "", "", "", "", "", "", "", "", "", ",", "...", "...,", ",...", ",,"),
      )
      .map(([literals, [a = "", b = "", c = "", d = "", e = "", f = ""], tail]) =>
        [matcherName, a, "(", b, literals.join(`${c},${d}`), e, tail, f, ")"].join(""),
      ),
  );
});

const operator = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("&&", "||") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("&", "|", "and", "OR", "==", "&&&", "|| &&", ",", ";", "+", "&&!", "!=", ""),
  },
);

const { expression } = fc.letrec<{ expression: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: matcher },
    { weight: 1, arbitrary: fc.tuple(space, tie("operand")).map(([gap, inner]) => `!${gap}${inner}`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(space, tie("expression"), space)
        .map(([before, inner, after]) => `(${before}${inner}${after})`),
    },
  ),
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 2, arbitrary: tie("operand") },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie("operand"), space, operator, space, tie("expression"))
        .map(([left, before, between, after, right]) => `${left}${before}${between}${after}${right}`),
    },
  ),
}));

const grammatical = fc
  .tuple(space, expression, space)
  .map(([before, rule, after]) => `${before}${rule}${after}`);

const fragment = fc.oneof(
  fc.constantFrom(
    "(",
    ")",
    "!",
    "&&",
    "||",
    ",",
    "...",
    "`",
    '"',
    "'",
    "\\",
    "&",
    "|",
    "Host",
    "`a`",
    '"b"',
    "Host(`a`)",
    ";",
    "\n",
    ".",
    "[",
    "]",
    "{",
    "}",
    "1",
    "é",
  ),
  oddSpace,
  space,
);

/** A rule with a piece put in, taken out or put in place of another. */
const broken = fc.tuple(grammatical, fc.nat(), fc.nat(3), fragment).map(([rule, at, length, text]) => {
  const start = at % (rule.length + 1);
  return rule.slice(0, start) + text + rule.slice(start + length);
});

const soup = fc.array(fragment, { maxLength: 14 }).map((pieces) => pieces.join(""));

const truncated = fc
  .tuple(fc.constantFrom(...documentedRules), fc.nat())
  .map(([rule, length]) => rule.slice(0, length % (rule.length + 1)));

/** All kinds of rules, about half of which Traefik loads. */
export const anyRule: fc.Arbitrary<string> = fc.oneof(
  { weight: 14, arbitrary: grammatical },
  { weight: 4, arbitrary: broken },
  { weight: 1, arbitrary: soup },
  { weight: 1, arbitrary: truncated },
);
