/**
 * Stands in for Docker, which not every machine has: an image of one file instead of the Dockerfile's, for this
 * machine's architecture. All that a release does with an image is done with it.
 *
 * @module
 */
import { arch } from "node:os";
import { join } from "node:path";
import type { ImageBuilder } from "../../tools/release/builder.ts";
import { platformProblems } from "../../tools/release/platforms.ts";
import { archiveFiles } from "../cluster/images/archive.ts";

/** What an image built here is for. */
export const ownPlatform = `linux/${arch() === "x64" ? "amd64" : arch()}`;

export const smallImage: ImageBuilder = {
  problems: async (platforms) =>
    platformProblems(platforms, [ownPlatform], "it is made of files of this machine"),
  async build({ version, revision, folder }) {
    const archive = join(folder, "image.tar");
    const prefix = "org.opencontainers.image";
    const labels = { [`${prefix}.version`]: version, [`${prefix}.revision`]: revision };
    const files = [{ from: "LICENSE", to: "/LICENSE", mode: 0o644 }];
    await archiveFiles(`small:${version}`, files, { labels }, archive);
    return archive;
  },
};
