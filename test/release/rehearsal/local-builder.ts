/**
 * Builds the image of the Dockerfile without Docker: with buildah, on base images made from Debian's packages, which
 * stand in for the published ones (test/cluster/images/base.ts). For machines without Docker.
 *
 * @module
 */
import { join } from "node:path";
import { argsOf, type ImageBuilder } from "../../../tools/release/builder.ts";
import { platformProblems } from "../../../tools/release/platforms.ts";
import { CannotRunHereError, installPackages, requireNodeSupport } from "../../cluster/host/requirements.ts";
import { buildImage } from "../../cluster/images/build.ts";
import { productBuild } from "../../cluster/images/product.ts";
import { ownPlatform } from "../small-image.ts";

export const localBuilder: ImageBuilder = {
  async problems(platforms) {
    try {
      await requireNodeSupport();
      await installPackages();
    } catch (error) {
      if (!(error instanceof CannotRunHereError)) throw error;
      return [`the image can be built neither by Docker nor by buildah: ${error.message}`];
    }
    return platformProblems(platforms, [ownPlatform], "take Docker with buildx");
  },
  async build(order) {
    const archive = join(order.folder, "image.tar");
    const image = `localhost/release:${order.version}`;
    await buildImage({ ...productBuild, image, args: argsOf(order) }, archive);
    return archive;
  },
};
