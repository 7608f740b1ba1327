import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { oneLine, visible } from "./hidden-characters.ts";

test("control characters are escapes; line feeds, tabs and letters stay", () => {
  assert.equal(visible("\u001b[31m\u009b2J\u007f\r\u0007"), "\\u001b[31m\\u009b2J\\u007f\\u000d\\u0007");
  assert.equal(
    visible("a\u202eb\u2066c\u200fd\u061ce\u2028f\ufeff"),
    "a\\u202eb\\u2066c\\u200fd\\u061ce\\u2028f\\ufeff",
  );
  assert.equal(visible("ö 日本 \u{1f600}\n\tx"), "ö 日本 \u{1f600}\n\tx");
});

test("in JSON the escapes mean the same characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const json = visible(JSON.stringify({ text }));
      assert.deepEqual(JSON.parse(json), { text });
      assert.doesNotMatch(json, /\p{Cc}/u);
    }),
  );
});

test("a text on one line", () => {
  assert.equal(oneLine("a\nb\n"), "a\\nb\\n");
});
