import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseColumn } from "./table.ts";

const columnDefinitions = [
  { name: "Name", type: "string", format: "name" },
  { name: "Ready", type: "string", format: "" },
  { name: "Secret", type: "string", format: "" },
];
const rowOf = (...cells: readonly unknown[]) => ({ cells, object: null });
const tableOf = (rows: unknown, more: object = {}) => ({
  kind: "Table",
  metadata: { resourceVersion: "7" },
  columnDefinitions,
  rows,
  ...more,
});

suite("a column of a table", () => {
  test("says a text of each object; other columns may be empty", () => {
    const page = parseColumn(tableOf([rowOf("a-tls", null, "a"), rowOf("b-tls", "True", "b")]), "Secret");
    assert.deepEqual([...(page?.texts ?? [])], [...Object.entries({ "a-tls": "a", "b-tls": "b" })]);
    assert.equal(page?.continueToken, null);
  });

  test("of no objects says nothing, which the API server may write as null", () => {
    for (const rows of [[], null]) assert.equal(parseColumn(tableOf(rows), "Secret")?.texts.size, 0);
  });

  test("goes on where there are more pages", () => {
    const table = tableOf([], { metadata: { resourceVersion: "7", continue: "more" } });
    assert.equal(parseColumn(table, "Secret")?.continueToken, "more");
  });

  const UNUSABLE: readonly (readonly [string, unknown])[] = [
    ["the kind has no such column", tableOf([], { columnDefinitions: columnDefinitions.slice(0, 2) })],
    ["no column is the name", tableOf([], { columnDefinitions: columnDefinitions.slice(1) })],
    ["it says no text of one object", tableOf([rowOf("a-tls", null, "a"), rowOf("b-tls", null, null)])],
    ["a row breaks off", tableOf([rowOf("a-tls", null)])],
    ["a row is none", tableOf([null])],
    ["rows are no list", tableOf({})],
    ["the answer is a list of objects", { kind: "CertificateList", metadata: {}, items: [] }],
    ["the answer is something else", "no"],
  ];
  for (const [why, answer] of UNUSABLE) {
    test(`cannot be had: ${why}`, () => assert.equal(parseColumn(answer, "Secret"), null));
  }
});
