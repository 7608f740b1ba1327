/**
 * Rules at the edges of the language: limits, Go's line ends and comments, encodings, negation, numbers of values.
 *
 * @module
 */
import type { Question } from "./oracle.ts";

/** Depth at which Go's parser gives up; each construct counts differently towards it. */
const nesting = 100_000;

/** Rules just below and just above that depth. */
export function deepRules(): Question[] {
  const half = nesting / 2;
  const byNesting = [-5, -4, -3, -2, -1, 0].flatMap((offset) => [
    `${"(".repeat(nesting + offset)}Host(\`a\`)${")".repeat(nesting + offset)}`,
    `${"(".repeat(nesting + offset)}Host()${")".repeat(nesting + offset)}`,
    `${"!".repeat(nesting + offset)}Host(\`a\`)`,
    `${"!(".repeat(half + offset)}Host(\`a\`)${")".repeat(half + offset)}`,
  ]);
  const byOperators = [-3, -2, -1].flatMap((offset) => [
    repeated(nesting + offset, "&&"),
    repeated(nesting + offset, "||"),
    `${repeated(half + offset, "&&")}||${repeated(half, "&&")}`,
    `${repeated(half + offset, "||")}&&(${repeated(half, "&&")})`,
    `Host(\`a\`)||${repeated(half + offset, "&&")}||${repeated(half + offset, "&&")}`,
  ]);
  return [...byNesting, ...byOperators].map((rule) => ({ protocol: "http", syntax: "v3", rule }));
}

function repeated(count: number, operator: string): string {
  return Array(count).fill("Host(`a`)").join(operator);
}

/** Every character that a raw string can hold. */
function everyCharacter(): string[] {
  const rules: string[] = [];
  for (let start = 1; start < 0x110000; start += 0x1000) {
    let text = "";
    for (let code = start; code < start + 0x1000; code++) {
      const isAllowed = code !== 0x60 && code !== 0xfeff && (code < 0xd800 || code > 0xdfff);
      text += isAllowed && code < 0x110000 ? String.fromCodePoint(code) : "";
    }
    rules.push(`Host(\`${text}\`) || HostRegexp(\`${text}\`)`);
  }
  return rules;
}

/** Short rules, for either protocol: `Host` becomes `HostSNI` by the test for TCP. */
export const edgeRules: readonly string[] = [
  "",
  " ",
  "\n",
  ";",
  "`a`",
  "!`a`",
  "`a` && `b`",
  "Host",
  "Host()",
  "Host(,)",
  "Host(...)",
  "Host(`a`,)",
  "Host(`a`...)",
  "Host(`a`...,)",
  "Host(`a`...,`b`)",
  "Host(`a`......)",
  "Host(`a`,\n)",
  "Host(`a`\n)",
  "Host(`a`...\n)",
  "Host(\n`a`)",
  "Host\n(`a`)",
  "Host(`a`)\n",
  "\n\nHost(`a`)\n\n",
  "Host(`a`)\n&& Host(`b`)",
  "Host(`a`) &&\nHost(`b`)",
  "(Host(`a`)\n)",
  "(\nHost(`a`))",
  "!\nHost(`a`)",
  "Host(`a`);",
  "Host(`a`)\n;",
  "Host(`a`) /* b */",
  "Host(`a`) /* \n */",
  "Host(`a`) /* \n */ // c\n",
  "Host(`a`) /* \n */ && Host(`b`)",
  "Host(`a`) && /* \n */ Host(`b`)",
  "Host(`a`) // c",
  "Host(`a`) // c\n// d\n",
  "// c\nHost(`a`)",
  "/*/Host(`a`)",
  "/**/Host(`a`)/**/",
  "//line a:1\nHost(`a`)",
  "//line a:0\nHost(`a`)",
  "//line a:x\nHost(`a`)",
  "//line a:1073741824\nHost(`a`)",
  "//line a:1073741825\nHost(`a`)",
  "//line a:9223372036854775807\nHost(`a`)",
  "//line a:9223372036854775808\nHost(`a`)",
  "//line a:18446744073709551615\nHost(`a`)",
  "//line a:18446744073709551616\nHost(`a`)",
  "//line a:000000000000000000000000000001\nHost(`a`)",
  "//line :1:1\nHost(`a`)",
  "//line :0:1\nHost(`a`)",
  "//line :1:0\nHost(`a`)",
  "//line x:1\r\nHost(`a`)",
  "//line x:1\r\r\nHost(`a`)",
  "//line x\nHost(`a`)",
  "//line \nHost(`a`)",
  "//line",
  "Host(`a`) //line x:x",
  "Host(`a`)\n//line x:x",
  " //line x:x\nHost(`a`)",
  "\ufeff//line x:x\nHost(`a`)",
  "/*line x:x*/Host(`a`)",
  "Host(`a`)/*line x:1*/",
  "Host(`a`)/*line x:\n1*/",
  "\ufeffHost(`a`)",
  "\ufeff\ufeffHost(`a`)",
  "Host(`\ufeff`)",
  'Host("\\ufeff")',
  "Host(`a\0b`)",
  'Host("a\\x00b")',
  "// \0\nHost(`a`)",
  "Host(`a\rb\r\n`)",
  "Host(`\r`)",
  'Host("a\rb")',
  'Host("a\nb")',
  "Host(`\ud800`)",
  "Host(`a\udc00b`) && Path(`/\ud83d`)",
  'Host("\\xff")',
  'Host("\\xc3\\xa9")',
  'Host("\\xC3\\u00e9")',
  'Host("\\xe2\\x82\\xac\\xe2\\x82")',
  'Host("\\xf0\\x90\\x80\\x80\\xf0\\x8f\\x80\\x80")',
  'Host("\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80\\xc0\\x80")',
  'PathRegexp("\\xff")',
  'PathRegexp("\\xc3\\xa9")',
  'Path("/\\xff")',
  'PathPrefix("/{a}\\xff")',
  'Query("a=\\xff")',
  'HeaderRegexp("\\xff", "a")',
  'HeadersRegexp("\\xff", "a")',
  'HostSNIRegexp("\\xff")',
  'HostSNIRegexp("\\x7bx\\x7d")',
  'HostRegexp("\\x7bx:(\\x7d")',
  "PathRegexp(`[\\d-[:alpha:](]`)",
  "PathRegexp(`[\\S-[:alpha:](]`)",
  "PathRegexp(`[\\w-[:alpha:]()]`)",
  "PathRegexp(`[\\pL-[:alpha:](]`)",
  "PathRegexp(`[!-[:alpha:](]`)",
  "PathRegexp(`[!-[:alpha:](])`)",
  "PathRegexp(`[[:alpha:]-[:digit:](]`)",
  "PathRegexp(`[[:(]`)",
  "PathRegexp(`[]([:alpha:](]`)",
  "PathRegexp(`\\Q(`)",
  "PathRegexp(`\\Q(\\E)`)",
  "PathRegexp(`\\Q[\\E]`)",
  "PathRegexp(`(?P<a>x)(?P<a>y)(?<constructor>z)`)",
  "PathRegexp(`\\p{Old_Italic}`)",
  "PathRegexp(`\\p{ _gr-EEK}\\P{^Lower case letter}`)",
  "PathRegexp(`\\p{Garay}`)",
  "Host(`a`) && !Host(`b`)",
  "!(Host(`a`) || !Host(`b`))",
  "!(Host(`a`) && !(Host(`b`) || Host(`c`)))",
  "!!Host(`a`)",
  "!!!Host(`a`, `b`)",
  "!(!Host(`a`)) || Host(`A`)",
  "Host(`a`) || Host(`b`) && Host(`a`)",
  "Host(`ΑΣ`, `Σ`, `İ`, `ẞ`, `K`)",
  "Host(`Ⅷ`, `Ǆ`, `ǅ`, `𐐀`, `Ა`, `Ꭰ`)",
  ...everyCharacter(),
];
