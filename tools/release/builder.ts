/**
 * Builds the image of the Dockerfile with Docker's buildx.
 *
 * @module
 */
import { join } from "node:path";
import { run } from "../../test/cluster/host/command.ts";
import { type Platform, platformProblems, platformsOfBuildx } from "./platforms.ts";
import { reasonOf } from "./refused.ts";

export interface ImageOrder {
  readonly version: string;
  /** Hash of the commit. */
  readonly revision: string;
  /** URL of the repository, where it is known. */
  readonly repository?: string | undefined;
  readonly platforms: readonly Platform[];
  /** An empty folder. */
  readonly folder: string;
}

/** Values of the Dockerfile's `ARG`s. */
export function argsOf({ version, revision, repository = "" }: ImageOrder): Readonly<Record<string, string>> {
  return { VERSION: version, REVISION: revision, SOURCE: repository };
}

export interface ImageBuilder {
  /** Why it cannot build for these platforms, each in one sentence. */
  problems(platforms: readonly Platform[]): Promise<readonly string[]>;
  /** Builds; the path of an OCI layout, or of an archive as `docker save` writes it. */
  build(order: ImageOrder): Promise<string>;
}

const EMULATION = "docker run --privileged --rm tonistiigi/binfmt --install all";

/** Builds from `root`. Emulates other platforms where Docker can. */
export function dockerBuilder(root: string): ImageBuilder {
  return {
    async problems(platforms) {
      try {
        const text = await run("docker", ["buildx", "inspect", "--bootstrap"]);
        return platformProblems(platforms, platformsOfBuildx(text), `run ${EMULATION}`);
      } catch (error) {
        return [
          `the image is built by Docker with buildx, which does not work here (${reasonOf(error)}): install it and start Docker`,
        ];
      }
    },
    async build(order) {
      const layout = join(order.folder, "layout");
      // Statements about the build are made by whoever runs it (release.yml), as signed attestations.
      const output = ["--output", `type=oci,dest=${layout},tar=false`, "--provenance=false", "--sbom=false"];
      const args = Object.entries(argsOf(order)).flatMap(([name, value]) => [
        "--build-arg",
        `${name}=${value}`,
      ]);
      await run("docker", [
        ...["buildx", "build", "--platform", order.platforms.join(",")],
        ...output,
        ...args,
        root,
      ]);
      return layout;
    },
  };
}
