import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { generatedFiles, WHOLE_FOLDERS } from "../../tools/generate.ts";
import { renderKnative } from "../../tools/render-knative.ts";
import type { Manifest } from "../control-plane/admin.ts";
import { kustomize } from "../control-plane/kustomize.ts";

const repository = new URL("../../", import.meta.url);

test("npm run generate changes nothing", async () => {
  const files = await generatedFiles(repository);
  for (const [path, content] of files)
    assert.equal(await readFile(new URL(path, repository), "utf8"), content, path);
  for (const folder of WHOLE_FOLDERS) {
    const names = await readdir(new URL(folder, repository));
    assert.deepEqual(
      names.filter((name) => !files.has(folder + name)),
      [],
    );
  }
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
