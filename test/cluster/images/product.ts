/**
 * The image of the product, built with the project's Dockerfile.
 *
 * @module
 */
import packageJson from "../../../package.json" with { type: "json" };
import { type Build, buildArchive } from "./build.ts";

/** As the chart names it by default. The node has it, so that none is pulled. */
export const productImage = `ghcr.io/traefik-cert-rotater/traefik-cert-rotater:${packageJson.version}`;

export const productBuild: Build = {
  image: productImage,
  file: "Dockerfile",
  ignoreFile: ".dockerignore",
  inputs: [
    ...["package.json", "package-lock.json", "tsconfig.json", "tools", "functions"],
    "traefik-cert-rotation/files",
    "test/control-plane/certificates.ts",
  ],
};

/** An archive of the image, in the cache folder; built again when what it is made of has changed. */
export function productArchive(): Promise<string> {
  return buildArchive(productBuild);
}
