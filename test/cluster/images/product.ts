/**
 * Builds the image of the product with the project's Dockerfile, as a builder with a registry would.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { cached, cacheFolder, exists } from "../../control-plane/cache.ts";
import { run } from "../host/command.ts";
import { baseArchive, baseImages } from "./base.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** As the chart names it by default. */
export const productImage = "dev.local/traefik-cert-rotater:0.1.0";

/** What the Dockerfile copies (.dockerignore lets nothing else in). */
const inputs = [
  "Dockerfile",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tools",
  "functions",
  "test/control-plane/certificates.ts",
];

/** An archive of the image, in the cache folder; built anew when one of its inputs has changed. */
export async function productArchive(): Promise<string> {
  const folder = await cached(`image-product-${await inputHash()}`, (draft) =>
    buildImage(root, productImage, join(draft, "image.tar")),
  );
  return join(folder, "image.tar");
}

/** Builds the Dockerfile in `context`; the base images are made here, none is pulled. */
export async function buildImage(context: string, name: string, archive: string): Promise<void> {
  const store = join(cacheFolder(), "buildah");
  const runRoot = join(store, "run");
  await mkdir(runRoot, { recursive: true });
  // A mount namespace of its own, for the storage leaves a mount behind.
  const alone = ["--mount", "buildah", "--root", store, "--runroot", runRoot, "--storage-driver", "overlay"];
  const buildah = (...args: string[]) => run("unshare", [...alone, ...args]);
  for (const base of baseImages)
    await buildah("pull", "--quiet", `docker-archive:${await baseArchive(base)}`);
  const flags = ["--isolation", "chroot", "--pull=never", "--layers", "--format", "docker"];
  await buildah("bud", "--quiet", ...flags, ...(await npmSettings(store)), "--tag", name, context);
  await buildah("push", "--quiet", name, `docker-archive:${archive}:${name}`);
}

/** How npm reaches its registry on this machine: mounted during the build, not part of the image. */
async function npmSettings(folder: string): Promise<string[]> {
  const mine = join(homedir(), ".npmrc");
  const settings = (await exists(mine)) ? await readFile(mine, "utf8") : "";
  const path = join(folder, "npmrc");
  const authority = process.env.NODE_EXTRA_CA_CERTS;
  if (authority === undefined) {
    await writeFile(path, settings, { mode: 0o600 });
    return ["--volume", `${path}:/root/.npmrc:ro`];
  }
  await writeFile(path, `${settings}\ncafile=/root/authority.pem\n`, { mode: 0o600 });
  return ["--volume", `${path}:/root/.npmrc:ro`, "--volume", `${authority}:/root/authority.pem:ro`];
}

async function inputHash(): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(baseImages)).update(process.version);
  for (const input of inputs) {
    const path = join(root, input);
    const below = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
    const files =
      below === null
        ? [path]
        : below.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort())
      if (!file.endsWith(".test.ts")) hash.update(file.slice(root.length)).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 12);
}
