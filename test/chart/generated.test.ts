import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { renderKnative } from "../../tools/render-knative.ts";
import { generate } from "../../tools/values-reference.ts";

const repository = new URL("../../", import.meta.url);

suite("generated files are up to date:", () => {
  test("docs/values.md and values.schema.json (else run node tools/values-reference.ts)", async () => {
    for (const [path, content] of await generate(repository))
      assert.equal(await readFile(new URL(path, repository), "utf8"), content, path);
  });

  test("knative/ (else run node tools/render-knative.ts)", async () => {
    const files = await renderKnative(repository);
    assert.deepEqual((await readdir(new URL("knative", repository))).sort(), [...files.keys()].sort());
    for (const [name, content] of files)
      assert.equal(await readFile(new URL(`knative/${name}`, repository), "utf8"), content, name);
  });
});
