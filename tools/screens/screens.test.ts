import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAnsi } from "./ansi.ts";
import { renderScreen } from "./svg.ts";

const plain = { colour: "none", bold: false };

test("colours end where they end, and go on in the next line", () => {
  assert.deepEqual(parseAnsi("a \u001b[32mb\u001b[39m\u001b[1mc\u001b[22m\n\u001b[2md\ne\u001b[22m"), [
    [
      { ...plain, text: "a " },
      { text: "b", colour: "green", bold: false },
      { text: "c", colour: "none", bold: true },
    ],
    [{ ...plain, text: "d", colour: "dim" }],
    [{ ...plain, text: "e", colour: "dim" }],
  ]);
});

test("a control sequence that cannot be shown is refused", () => {
  assert.throws(() => parseAnsi("a\u001b[2Jb"), /cannot show the control sequence in "a\\u001b\[2Jb"/);
  assert.throws(() => parseAnsi("\u001b[35mb"), /cannot show/);
});

test("a screen has the command, each run at its column, and nothing that XML would read", () => {
  const svg = renderScreen("tool --say", 'a  <b> & "c"\n  \u001b[31mred\u001b[39m');
  assert.match(svg, /<title>tool\u00a0--say<\/title>/);
  assert.match(svg, /<text x="16.0"[^>]*>a\u00a0\u00a0&lt;b>\u00a0&amp;\u00a0&quot;c&quot;<\/text>/);
  assert.match(svg, /<text x="32.8" y="82" fill="#ff7b72" textLength="25.2">red<\/text>/);
});

test("a line that is too long goes on in the next", () => {
  const texts = [...renderScreen("x", `${"a".repeat(121)}`).matchAll(/>(a+)</g)].map(([, text = ""]) => text);
  assert.deepEqual(
    texts.map(({ length }) => length),
    [120, 1],
  );
});
