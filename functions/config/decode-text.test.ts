import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "./decode-text.ts";

const BOM = "\uFEFF";

function utf16(text: string, order: "le" | "be"): Uint8Array {
  const bytes = Buffer.from(text, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
}

test("UTF-8, with and without a byte order mark", () => {
  assert.equal(decodeText(Buffer.from("a: ö\n")), "a: ö\n");
  assert.equal(decodeText(Buffer.from(`${BOM}a: ö\n`)), "a: ö\n");
  assert.equal(decodeText(new Uint8Array()), "");
  assert.equal(decodeText(Buffer.from("a")), "a");
});

test("UTF-16 of both orders, with and without a byte order mark", () => {
  for (const order of ["le", "be"] as const) {
    assert.equal(decodeText(utf16(`${BOM}a: ö\n`, order)), "a: ö\n");
    assert.equal(decodeText(utf16("a: ö\n", order)), "a: ö\n");
  }
});

test("byte order marks within, where files were put one after another", () => {
  const text = decodeText(
    Buffer.from(`${BOM}a: 1\n---\n${BOM}b: 2\n${BOM}---\nc: 3${BOM}---\nd: "${BOM}"\n`),
  );
  assert.equal(text, `a: 1\n---\nb: 2\n---\nc: 3\n---\nd: "${BOM}"\n`);
});
