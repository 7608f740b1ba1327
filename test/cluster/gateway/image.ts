/**
 * The image of the gateway fake.
 *
 * @module
 */
import { buildArchive } from "../images/build.ts";
import { imageOf } from "../images/platform.ts";

export const gatewayImage = imageOf("gateway");

/** An archive of the image, in the cache folder; built again when what it is made of has changed. */
export function gatewayArchive(): Promise<string> {
  return buildArchive({
    image: gatewayImage,
    file: "test/cluster/gateway/Dockerfile",
    ignoreFile: "test/cluster/gateway/Dockerfile.dockerignore",
    inputs: ["package.json", "functions/kubernetes", "test/control-plane", "test/cluster/gateway"],
  });
}
