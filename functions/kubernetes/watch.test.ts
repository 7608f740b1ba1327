import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ExpiredError, UnavailableError } from "./errors.ts";
import { createWatchReader, type WatchChange } from "./watch.ts";

function read(...pieces: string[]): string[] {
  const changes: WatchChange[] = [];
  const reader = createWatchReader("GET /routes", (change) => changes.push(change));
  for (const piece of pieces) reader(piece);
  return changes.map(({ type, object }) => `${type} ${object.metadata.name}`);
}

const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const named = (name: string) => ({
  apiVersion: "traefik.io/v1alpha1",
  kind: "IngressRoute",
  metadata: { name },
});

suite("a watch", () => {
  test("tells of changes, however its text is cut", () => {
    const text = line("ADDED", named("a")) + line("MODIFIED", named("b")) + line("DELETED", named("c"));
    const expected = ["ADDED a", "MODIFIED b", "DELETED c"];
    assert.deepEqual(read(text), expected);
    assert.deepEqual(read(...text), expected);
    assert.deepEqual(read(text, line("ADDED", named("d")).slice(0, -1)), expected);
  });

  test("tells how large each is", () => {
    const sizes: number[] = [];
    const reader = createWatchReader("GET /routes", ({ size }) => sizes.push(size));
    const lines = [line("ADDED", named("a")), line("ADDED", named("a".repeat(100)))];
    reader(lines.join(""));
    assert.deepEqual(
      sizes,
      lines.map((text) => text.length - 1),
    );
  });

  test("passes over bookmarks and empty lines", () => {
    assert.deepEqual(read(`\n${line("BOOKMARK", { metadata: { resourceVersion: "7" } })}\n`), []);
  });

  test("says that its version is too old", () => {
    const status = { kind: "Status", code: 410, message: "too old resource version" };
    assert.throws(() => read(line("ERROR", status)), ExpiredError);
  });

  test("that is broken or none at all ends with an error that passes", () => {
    for (const text of [
      "<html>\n",
      "null\n",
      '{"type":"ADDED"}\n',
      line("ERROR", { code: 500, message: "x" }),
    ])
      assert.throws(() => read(text), UnavailableError, text);
  });
});
