/**
 * The image of the product, built with the project's Dockerfile.
 *
 * @module
 */
import { buildArchive } from "./build.ts";

/** As the chart names it by default. */
export const productImage = "dev.local/traefik-cert-rotater:0.1.0";

/** An archive of the image, in the cache folder; built again when what it is made of has changed. */
export function productArchive(): Promise<string> {
  return buildArchive({
    image: productImage,
    file: "Dockerfile",
    ignoreFile: ".dockerignore",
    inputs: [
      ...["package.json", "package-lock.json", "tsconfig.json", "tools", "functions"],
      "traefik-cert-rotation/files",
      "test/control-plane/certificates.ts",
    ],
  });
}
