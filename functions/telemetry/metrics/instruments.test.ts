import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import * as instruments from "./instruments.ts";

test("docs/telemetry.md has each metric with its kind and unit, and no other", async () => {
  const text = await readFile(new URL("../../../docs/telemetry.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^\| `([a-z_.]+)` \| (\w+), `(.+?)` \|/gm)].map(
    ([, ...cells]) => cells,
  );
  const all = Object.values(instruments).map(({ name, kind, unit }) => [name, kind, unit]);
  assert.deepEqual(documented.sort(), all.sort());
});
