/**
 * Stands in for Docker's buildx as small-image.ts does, and writes what that writes: an OCI layout whose index has one
 * entry, the index of an image for two architectures.
 *
 * @module
 */
import { join } from "node:path";
import type { ImageBuilder } from "../../tools/release/builder.ts";
import { crane, startRegistry } from "../../tools/release/crane.ts";
import type { Supervisor } from "../control-plane/supervised.ts";
import { smallImage } from "./small-image.ts";

export const bothPlatforms = ["linux/amd64", "linux/arm64"];

export function twoPlatforms(supervisor: Supervisor): ImageBuilder {
  return {
    problems: async () => [],
    async build(order) {
      const registry = await startRegistry(supervisor);
      const archive = await smallImage.build(order);
      await crane("push", archive, `${registry}/image:any`);
      const tags = order.platforms.map((platform) => `${registry}/image:${platform.replace("/", "-")}`);
      for (const [index, platform] of order.platforms.entries())
        await crane(
          "mutate",
          "--set-platform",
          platform,
          "--tag",
          tags[index] ?? "",
          `${registry}/image:any`,
        );
      const manifests = tags.flatMap((tag) => ["--manifest", tag]);
      await crane("index", "append", ...manifests, "--tag", `${registry}/image:all`);
      const layout = join(order.folder, "layout");
      await crane("pull", "--format", "oci", `${registry}/image:all`, layout);
      return layout;
    },
  };
}
