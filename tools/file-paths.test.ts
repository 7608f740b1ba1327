import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { test } from "node:test";

/** Of the URL of a file it is no path: a space in the folder's name is `%20` in it. */
const PATHNAME = /(?:import\.meta\.url\)|ROOT|root|folder|repository)\.pathname\b/;
const SOURCES = ["functions/**/*.ts", "test/**/*.ts", "tools/**/*.ts", "docs/site/.vitepress/**/*.ts"];

test("the repository may stand in a folder of any name", async () => {
  const found: string[] = [];
  for await (const path of glob(SOURCES)) {
    if (PATHNAME.test(await readFile(path, "utf8"))) found.push(path);
  }
  assert.deepEqual(found, []);
});
