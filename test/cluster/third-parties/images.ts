/**
 * Images of the third parties' programs that test/third-party/ runs as processes.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { findPrograms, type Program } from "../../third-party/programs.ts";
import { run } from "../host/command.ts";
import type { ImageFile } from "../images/archive.ts";
import { programArchive } from "../images/platform.ts";

/** What is built besides: cert-manager is among the programs of the cluster. */
export const thirdPartyPrograms = [
  "knot",
  "pebble",
  "traefik",
  "external-dns",
] as const satisfies readonly Program[];

/** Archives of the images, in the cache folder; builds what is not built yet. Throws what could not be built, and why. */
export async function thirdPartyArchives(): Promise<string[]> {
  const { paths, failures } = await findPrograms(thirdPartyPrograms);
  const reasons = [...failures].map(([name, reason]) => `${name} is not there: ${reason}`);
  if (reasons.length > 0) throw new Error(reasons.join("; "));
  return Promise.all(
    thirdPartyPrograms.map((name) => {
      const path = paths.get(name) ?? "";
      return name === "knot" ? knotArchive(dirname(path)) : programArchive(name, path);
    }),
  );
}

/** It is in C: with it go the libraries that it loads, its own and the machine's. */
async function knotArchive(folder: string): Promise<string> {
  const program = join(folder, "root/usr/sbin/knotd");
  const own = join(folder, "root/usr/lib");
  const script = 'LD_LIBRARY_PATH=$(echo "$2"/*-linux-gnu | tr " " ":") exec ldd "$1"';
  const told = await run("/bin/sh", ["-c", script, "ldd", program, own]);
  const libraries = [...told.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]): ImageFile => {
    // The loader is where the program says; all else where the loader looks.
    const to = path.includes("/ld-linux") ? path : join("/usr/lib", path.slice(path.lastIndexOf("/")));
    return { from: path, to };
  });
  return programArchive("knot", program, libraries);
}
