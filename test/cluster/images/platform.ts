/**
 * Images of the programs that run in pods of the cluster: each a layer with one static binary.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cached } from "../../control-plane/cache.ts";
import { findPrograms, type Program } from "../components.ts";
import { archiveFiles } from "./archive.ts";

/** Knative asks no registry for names below dev.local, and the node has the images. The pause image is named to containerd. */
export function imageOf(program: string): string {
  return `dev.local/${program}:1`;
}

/** Archives of the images of these programs, in the cache folder; builds what is not built yet. */
export async function platformArchives(names: readonly Program[]): Promise<string[]> {
  const programs = await findPrograms(names);
  return Promise.all(
    names.map(async (name) => {
      // The path of a built program holds the hash of what it is built from.
      const key = createHash("sha256").update(programs[name]).digest("hex").slice(0, 12);
      const folder = await cached(`image-${name}-${key}`, (draft) =>
        archiveFiles(
          imageOf(name),
          [{ from: programs[name], to: `/bin/${name}` }],
          { entrypoint: [`/bin/${name}`], user: "65532" },
          join(draft, "image.tar"),
        ),
      );
      return join(folder, "image.tar");
    }),
  );
}
