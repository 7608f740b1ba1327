/**
 * `npm run generate`: writes every generated file that needs no cluster; a test fails when one has drifted. Those of a
 * cluster are written by `npm run generate:screens`.
 *
 * @module
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generate } from "./integrations.ts";
import { renderKnative } from "./render-knative.ts";
import { renderFileScreens } from "./screens/files.ts";

/** Of these folders every file is generated. */
export const WHOLE_FOLDERS = ["knative/"];

/** The generated files as they should be, by path relative to the repository. Helm is built for it if need be. */
export async function generatedFiles(repository: URL): Promise<ReadonlyMap<string, string>> {
  const manifests = [...(await renderKnative(repository))].map(
    ([name, content]) => [`knative/${name}`, content] as const,
  );
  return new Map([...(await generate(repository)), ...manifests, ...(await renderFileScreens(repository))]);
}

if (import.meta.main) {
  const repository = new URL("../", import.meta.url);
  process.chdir(fileURLToPath(repository));
  // The chart comes first: what follows is rendered from it.
  for (const [path, content] of await generate(repository)) await writeFile(path, content);
  const files = await generatedFiles(repository);
  for (const folder of WHOLE_FOLDERS)
    for (const name of await readdir(folder)) if (!files.has(folder + name)) await rm(folder + name);
  await mkdir("docs/screens", { recursive: true });
  for (const [path, content] of files) await writeFile(path, content);
}
