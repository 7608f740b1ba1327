/**
 * Builds images from Dockerfiles, as a builder with a registry would.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { cached, cacheFolder, exists } from "../../control-plane/cache.ts";
import { run } from "../host/command.ts";
import { baseArchive, baseImages } from "./base.ts";

const root = join(import.meta.dirname, "..", "..", "..");

export interface Build {
  /** Name and tag of the image. */
  readonly image: string;
  /** The Dockerfile, from the project's folder; its ignore file stands beside it. */
  readonly file: string;
  readonly ignoreFile: string;
  /** The stage to build; the last unless given. */
  readonly target?: string;
  /** Files and folders that the Dockerfile copies: the image is built again when one has changed. */
  readonly inputs: readonly string[];
  /** Values of the Dockerfile's `ARG`s. */
  readonly args?: Readonly<Record<string, string>>;
}

/** An archive of the image, in the cache folder. */
export async function buildArchive(build: Build): Promise<string> {
  const key = await keyOf(build);
  const folder = await cached(`image-${key}`, (draft) => buildImage(build, join(draft, "image.tar")));
  return join(folder, "image.tar");
}

/** Builds into `archive`; the base images are made here, none is pulled. */
export async function buildImage(build: Build, archive: string): Promise<void> {
  const { image, ignoreFile, target, args = {} } = build;
  const store = join(cacheFolder(), "buildah");
  const runRoot = join(store, "run");
  await mkdir(runRoot, { recursive: true });
  // A mount namespace of its own, for the storage leaves a mount behind.
  const alone = ["--mount", "buildah", "--root", store, "--runroot", runRoot, "--storage-driver", "overlay"];
  const buildah = (...args: string[]) => run("unshare", [...alone, ...args]);
  for (const base of baseImages)
    await buildah("pull", "--quiet", `docker-archive:${await baseArchive(base)}`);
  // The cache of layers does not look at what an ARG is.
  const layers = `--layers=${build.args === undefined}`;
  const flags = ["--isolation", "chroot", "--pull=never", layers, "--format", "docker"];
  const file = join(store, "Dockerfile");
  await writeFile(file, withoutDigests(await readFile(join(root, build.file), "utf8")));
  const paths = ["--file", file, "--ignorefile", join(root, ignoreFile)];
  const stage = target === undefined ? [] : ["--target", target];
  const values = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  const settings = await npmSettings(store);
  try {
    await buildah(
      "bud",
      "--quiet",
      ...flags,
      ...paths,
      ...stage,
      ...values,
      ...settings.flags,
      "--tag",
      image,
      root,
    );
  } finally {
    await rm(settings.path);
  }
  await buildah("push", "--quiet", image, `docker-archive:${archive}:${image}`);
}

/** The base images made here have other digests than the published ones. */
function withoutDigests(dockerfile: string): string {
  return dockerfile.replaceAll(/@sha256:[0-9a-f]{64}/g, "");
}

/** How npm reaches its registry on this machine: mounted during the build, not part of the image. */
async function npmSettings(folder: string): Promise<{ path: string; flags: readonly string[] }> {
  const mine = join(homedir(), ".npmrc");
  const settings = (await exists(mine)) ? await readFile(mine, "utf8") : "";
  const path = join(folder, "npmrc");
  const mount = ["--volume", `${path}:/root/.npmrc:ro`];
  const authority = process.env.NODE_EXTRA_CA_CERTS;
  const more = authority === undefined ? "" : "\ncafile=/root/authority.pem\n";
  await writeFile(path, settings + more, { mode: 0o600 });
  return {
    path,
    flags: authority === undefined ? mount : [...mount, "--volume", `${authority}:/root/authority.pem:ro`],
  };
}

async function keyOf({ image, file, ignoreFile, target, inputs }: Build): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([baseImages, process.version, target]));
  for (const input of [file, ignoreFile, ...inputs]) {
    const path = join(root, input);
    const below = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
    const files =
      below === null
        ? [path]
        : below.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const found of files.sort())
      if (!found.endsWith(".test.ts")) hash.update(found.slice(root.length)).update(await readFile(found));
  }
  return `${image.replace(/^.*\/|:.*$/g, "")}-${hash.digest("hex").slice(0, 12)}`;
}
