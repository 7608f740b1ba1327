import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCsvLine } from "./csv.ts";

test("one record, as Go's encoding/csv reads it", () => {
  const cases: [text: string, fields: string[]][] = [
    ["Shop", ["Shop"]],
    ["a,b", ["a", "b"]],
    ["a, b,", ["a", " b", ""]],
    ['"Example, Inc.",Other', ["Example, Inc.", "Other"]],
    ['"say ""hi"""', ['say "hi"']],
    ['""', [""]],
    ["a\r\n", ["a"]],
    ["\n\na", ["a"]],
    ['"two\r\nlines"', ["two\nlines"]],
  ];
  for (const [text, fields] of cases) assert.deepEqual(parseCsvLine(text), fields, JSON.stringify(text));
});

test("no record, several, and stray quotes are refused", () => {
  for (const text of ["", "\n", "a\nb", 'a"b', '"a', '"a"b', ' "a"', '"a""']) {
    assert.equal(parseCsvLine(text), null, JSON.stringify(text));
  }
});

test("fields written in quotes come back", () => {
  const field = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\r"));
  fc.assert(
    fc.property(fc.array(field, { minLength: 1 }), (fields) => {
      const line = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(",");
      assert.deepEqual(parseCsvLine(line), fields);
    }),
  );
});
