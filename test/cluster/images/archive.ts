/**
 * Makes container images out of files, without a registry and without a builder: archives as `docker save` writes
 * them (image specification of Docker, v1.2), which `ctr images import` and buildah read.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { arch, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../host/command.ts";

export interface ImageConfig {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** `NAME=value` */
  readonly environment?: readonly string[];
  /** Numeric, for a pod that must not run as root. */
  readonly user?: string;
  readonly workingDirectory?: string;
}

/** Where in the image a file of ours goes. */
export interface ImageFile {
  readonly from: string;
  readonly to: string;
  /** 0o755 unless given. */
  readonly mode?: number;
}

/** Writes an image of one layer with these files to `archive`. */
export async function archiveFiles(
  name: string,
  files: readonly ImageFile[],
  config: ImageConfig,
  archive: string,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "image-"));
  try {
    for (const { from, to, mode = 0o755 } of files) {
      await mkdir(join(root, dirname(to)), { recursive: true });
      await copyFile(from, join(root, to));
      await chmod(join(root, to), mode);
    }
    await archiveFolder(name, root, config, archive);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Writes an image of one layer with what is in folder `root` to `archive`. */
export async function archiveFolder(
  name: string,
  root: string,
  config: ImageConfig,
  archive: string,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "archive-"));
  try {
    await tar(root, join(work, "draft.tar"), ["."]);
    const layer = `${await sha256(join(work, "draft.tar"))}.tar`;
    await rename(join(work, "draft.tar"), join(work, layer));
    const text = imageConfig(config, layer.replace(/\.tar$/, ""));
    const configName = `${createHash("sha256").update(text).digest("hex")}.json`;
    await writeFile(join(work, configName), text);
    await writeFile(
      join(work, "manifest.json"),
      JSON.stringify([{ Config: configName, RepoTags: [name], Layers: [layer] }]),
    );
    await tar(work, archive, [configName, layer, "manifest.json"]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Equal content makes an equal archive. */
function tar(folder: string, output: string, entries: readonly string[]): Promise<string> {
  const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  return run("tar", ["--create", ...reproducible, "--file", output, "--directory", folder, ...entries]);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function imageConfig(config: ImageConfig, layerDigest: string): string {
  const created = "1970-01-01T00:00:00Z";
  return JSON.stringify({
    architecture: arch() === "x64" ? "amd64" : arch(),
    os: "linux",
    created,
    config: {
      Entrypoint: config.entrypoint ?? [],
      Cmd: config.command ?? [],
      Env: ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", ...(config.environment ?? [])],
      User: config.user ?? "",
      WorkingDir: config.workingDirectory ?? "/",
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created, created_by: "traefik-cert-rotater test/cluster" }],
  });
}
