/**
 * The plain manifests as one file.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** What `kubectl apply -k FOLDER` would apply, for `kubectl apply -f`; with `image` instead of the one they name. */
export async function bundleManifests(folder: string, image: string): Promise<string> {
  const read = (file: string) => readFile(join(folder, file), "utf8");
  const { resources } = parse(await read("kustomization.yaml")) as { resources: string[] };
  const texts = await Promise.all(resources.map(read));
  return texts.join("---\n").replaceAll(/^( +image: ).*$/gm, `$1${image}`);
}
