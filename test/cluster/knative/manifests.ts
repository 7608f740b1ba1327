/**
 * Knative Serving's own manifests, read from its Go modules. A module holds no symbolic links, so what Serving links to
 * comes from the modules of networking and caching, at the versions that go.sum pins.
 *
 * @module
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "../../control-plane/admin.ts";
import { cached } from "../../control-plane/cache.ts";
import { findGo } from "../../control-plane/go-tools.ts";
import { run } from "../host/command.ts";
import { imageOf } from "../images/platform.ts";

const module = join(import.meta.dirname, "..", "go", "knative");

/** In the order in which they are applied. */
const files = {
  crds: [
    "serving/config/core/300-resources",
    "networking/config/certificate.yaml",
    "networking/config/domain-claim.yaml",
    "networking/config/ingress.yaml",
    "networking/config/serverlessservice.yaml",
    "caching/config/image.yaml",
  ],
  base: [
    "serving/config/core/100-namespace.yaml",
    "serving/config/core/200-serviceaccount.yaml",
    "serving/config/core/200-roles",
    "serving/config/core/configmaps",
    "networking/config/config-network.yaml",
    "serving/config/core/999-cache.yaml",
  ],
  run: [
    "serving/config/core/webhooks",
    ...["controller", "webhook", "autoscaler", "activator"].map(
      (name) => `serving/config/core/deployments/${name}.yaml`,
    ),
  ],
} as const;

export type ServingManifests = Readonly<Record<keyof typeof files, Manifest[]>>;

/** Reads the manifests of the version in go.mod, with our images in place of `ko://` addresses. */
export async function readServingManifests(): Promise<ServingManifests> {
  const folder = await cached("knative-serving-manifests-0.42.2", async (draft) => {
    await writeFile(join(draft, "manifests.json"), JSON.stringify(await extract()));
  });
  return JSON.parse(await readFile(join(folder, "manifests.json"), "utf8"));
}

async function extract(): Promise<ServingManifests> {
  const go = await findGo("Knative Serving", module);
  const folderOf = async (name: string) =>
    (await run(go, ["-C", module, "list", "-m", "-f", "{{.Dir}}", `knative.dev/${name}`])).trim();
  const folders = new Map<string, string>();
  for (const name of ["serving", "networking", "caching"]) folders.set(name, await folderOf(name));
  const read = async (paths: readonly string[]) => {
    const texts = paths.map(async (path) => {
      const [name = "", ...rest] = path.split("/");
      return readYaml(join(folders.get(name) ?? "", ...rest));
    });
    return (await Promise.all(texts)).flat();
  };
  return { crds: await read(files.crds), base: await read(files.base), run: await read(files.run) };
}

/** The objects in a file, or in the YAML files of a folder. */
async function readYaml(path: string): Promise<Manifest[]> {
  if (!path.endsWith(".yaml")) {
    const names = (await readdir(path)).filter((name) => name.endsWith(".yaml")).sort();
    return (await Promise.all(names.map((name) => readYaml(join(path, name))))).flat();
  }
  const text = await readFile(path, "utf8");
  const ours = text.replaceAll(/ko:\/\/knative\.dev\/serving\/cmd\/([a-z]+)/g, (_, name) => imageOf(name));
  return parseAllDocuments(ours)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
}
