/**
 * The repository as it would be with the toy integration: which files are others, and the chart with them.
 *
 * @module
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generate, integrationFolders } from "../../tools/integrations.ts";

const repository = new URL("../../", import.meta.url);
const PROBE = new URL("./probe/", import.meta.url);

/** The generated files that the toy changes, by path relative to the repository. */
export async function changedFiles(): Promise<ReadonlyMap<string, string>> {
  const files = await generate(repository, [...(await integrationFolders(repository)), PROBE]);
  const changed = new Map<string, string>();
  for (const [path, content] of files)
    if ((await readFile(new URL(path, repository), "utf8")) !== content) changed.set(path, content);
  return changed;
}

/** Copies the repository's chart to the folder, with the toy in it; returns its path. */
export async function writeChart(folder: string): Promise<string> {
  const prefix = "traefik-cert-rotation/";
  const target = new URL(prefix, `file://${folder}/`);
  await cp(new URL(prefix, repository), target, { recursive: true });
  for (const [path, content] of await changedFiles())
    if (path.startsWith(prefix)) await writeFile(new URL(path, `file://${folder}/`), content);
  return fileURLToPath(target);
}
