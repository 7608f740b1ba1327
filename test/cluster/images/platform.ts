/**
 * Images of the programs that run in pods of the cluster: each a layer with one static binary.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cached } from "../../control-plane/cache.ts";
import { findPrograms, type Program } from "../components.ts";
import { archiveFiles, type ImageFile } from "./archive.ts";

/** Knative asks no registry for names below dev.local, and the node has the images. The pause image is named to containerd. */
export function imageOf(program: string): string {
  return `dev.local/${program}:1`;
}

/** Archives of the images of these programs, in the cache folder; builds what is not built yet. */
export async function platformArchives(names: readonly Program[]): Promise<string[]> {
  const programs = await findPrograms(names);
  return Promise.all(names.map((name) => programArchive(name, programs[name])));
}

/** An archive of an image with the program at `path`, and the libraries that it loads. */
export async function programArchive(
  name: string,
  path: string,
  libraries: readonly ImageFile[] = [],
): Promise<string> {
  // The path of a built program holds the hash of what it is built from.
  const key = createHash("sha256").update(path).digest("hex").slice(0, 12);
  const folder = await cached(`image-${name}-${key}`, (draft) =>
    archiveFiles(
      imageOf(name),
      [{ from: path, to: `/bin/${name}` }, ...libraries],
      { entrypoint: [`/bin/${name}`], user: "65532" },
      join(draft, "image.tar"),
    ),
  );
  return join(folder, "image.tar");
}
