/**
 * Stands in for Docker's buildx, which not every machine has: an image of one file instead of the Dockerfile's. It
 * writes what buildx writes, an OCI layout whose index has one entry: an image, or the index of one for several
 * platforms. All that a release does with an image is done with it.
 *
 * @module
 */
import { arch } from "node:os";
import { join } from "node:path";
import type { ImageBuilder, ImageOrder } from "../../tools/release/builder.ts";
import { crane, startRegistry } from "../../tools/release/crane.ts";
import { type Platform, platformProblems } from "../../tools/release/platforms.ts";
import { run } from "../cluster/host/command.ts";
import type { Supervisor } from "../control-plane/supervised.ts";

/** What a machine like this one runs. */
export const ownPlatform: Platform = `linux/${arch() === "x64" ? "amd64" : arch()}`;

/** Builds for these platforms. */
export function smallImage(supervisor: Supervisor, possible = [ownPlatform]): ImageBuilder {
  return {
    problems: async (platforms) => platformProblems(platforms, possible, "nothing helps"),
    async build(order) {
      const registry = await startRegistry(supervisor);
      const layer = join(order.folder, "layer.tar");
      await run("tar", ["-cf", layer, "LICENSE"]);
      await crane("append", "--new_layer", layer, "--new_tag", `${registry}/image:bare`);
      const platforms = order.platforms.filter((platform) => possible.includes(platform));
      const tags = await Promise.all(platforms.map((platform) => labelled(registry, platform, order)));
      const layout = join(order.folder, "layout");
      await crane("pull", "--format", "oci", await joined(registry, tags), layout);
      return layout;
    },
  };
}

async function labelled(
  registry: string,
  platform: Platform,
  { version, revision }: ImageOrder,
): Promise<string> {
  const tag = `${registry}/image:${platform.replace("/", "-")}`;
  const labels = Object.entries({ version, revision }).flatMap(([name, value]) => [
    "--label",
    `org.opencontainers.image.${name}=${value}`,
  ]);
  await crane("mutate", "--set-platform", platform, ...labels, "--tag", tag, `${registry}/image:bare`);
  return tag;
}

async function joined(registry: string, tags: readonly string[]): Promise<string> {
  const [only = "", ...others] = tags;
  if (others.length === 0) return only;
  const all = `${registry}/image:all`;
  await crane("index", "append", ...tags.flatMap((tag) => ["--manifest", tag]), "--tag", all);
  return all;
}
