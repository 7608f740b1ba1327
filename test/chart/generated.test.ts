import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { generate } from "../../tools/integrations.ts";
import { renderKnative } from "../../tools/render-knative.ts";
import type { Manifest } from "../control-plane/admin.ts";
import { kustomize } from "../control-plane/kustomize.ts";

const repository = new URL("../../", import.meta.url);

suite("generated files are up to date:", () => {
  test("docs/values.md and what the chart knows of integrations (else run node tools/integrations.ts)", async () => {
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

test("the real kustomize makes of knative/ the objects that are in its files", async () => {
  const files = await renderKnative(repository);
  files.delete("kustomization.yaml");
  const written = [...files.values()].flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  );
  const made = await kustomize(fileURLToPath(new URL("knative", repository)));
  assert.deepEqual(made.map(identity).toSorted(), written.map(identity).toSorted());
});

const identity = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
