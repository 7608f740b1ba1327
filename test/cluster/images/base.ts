/**
 * Base images under the names that the Dockerfile uses, made from Debian's packages and the project's own Node, for
 * machines that cannot pull them. They hold what the build and the product need of the real ones.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { copyFile, cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cached } from "../../control-plane/cache.ts";
import { run } from "../host/command.ts";
import { archiveFolder, type ImageConfig } from "./archive.ts";

export interface BaseImage {
  /** As a builder spells out the name in the Dockerfile. */
  readonly name: string;
  readonly packages: readonly string[];
  /** With Node and npm in /usr/local, as in Docker's official image. */
  readonly withNode: boolean;
  readonly config: ImageConfig;
}

const runtime = ["libc6", "libgcc-s1", "libstdc++6"];

export const baseImages: readonly BaseImage[] = [
  {
    name: "docker.io/library/node:26-bookworm-slim",
    packages: [
      ...runtime,
      ...[
        "libatomic1",
        "dash",
        "coreutils",
        "libacl1",
        "libattr1",
        "libselinux1",
        "libpcre2-8-0",
        "libgmp10",
      ],
      "ca-certificates",
    ],
    withNode: true,
    config: { command: ["node"] },
  },
  {
    // What the real one is made of, by its documentation.
    name: "gcr.io/distroless/cc-debian12:nonroot",
    packages: [...runtime, "libgomp1", "libssl3", "base-files", "netbase", "tzdata", "ca-certificates"],
    withNode: false,
    config: { user: "65532", workingDirectory: "/home/nonroot" },
  },
];

/** An archive of the image, in the cache folder; made again when Node or the definition changes. */
export async function baseArchive(image: BaseImage): Promise<string> {
  const parts = JSON.stringify([image, image.withNode ? process.version : "", await debianRelease()]);
  const key = createHash("sha256").update(parts).digest("hex").slice(0, 12);
  const folder = await cached(`base-image-${key}`, async (draft) => {
    const root = await mkdtemp(join(tmpdir(), "base-image-"));
    try {
      await unpackPackages(image.packages, root);
      await addAccounts(root);
      if (image.withNode) await addNode(root);
      await archiveFolder(image.name, root, image.config, join(draft, "image.tar"));
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
  return join(folder, "image.tar");
}

function debianRelease(): Promise<string> {
  return run("dpkg-query", ["--show", "base-files"]);
}

/** Without running any script of a package: these need none. */
async function unpackPackages(names: readonly string[], root: string): Promise<void> {
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(root, "usr", folder), { recursive: true });
    await symlink(join("usr", folder), join(root, folder));
  }
  const downloads = await mkdtemp(join(tmpdir(), "packages-"));
  try {
    const script = 'cd "$1" && shift && exec apt-get -qq -o APT::Sandbox::User=root download "$@"';
    await run("/bin/sh", ["-c", script, "download", downloads, ...names]);
    for (const file of await readdir(downloads)) {
      const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
      await run("/bin/sh", ["-c", unpack, "unpack", join(downloads, file), root]);
    }
  } finally {
    await rm(downloads, { recursive: true, force: true });
  }
  for (const folder of ["usr/share/man", "usr/share/locale", "usr/share/info"])
    await rm(join(root, folder), { recursive: true, force: true });
  // The package assembles it when it is installed.
  await copyFile("/etc/ssl/certs/ca-certificates.crt", join(root, "etc/ssl/certs/ca-certificates.crt")).catch(
    () => {},
  );
}

async function addAccounts(root: string): Promise<void> {
  const accounts = [
    ["root", 0, "/root"],
    ["nonroot", 65532, "/home/nonroot"],
  ] as const;
  const lines = accounts.map(([name, id, home]) => `${name}:x:${id}:${id}:${name}:${home}:/sbin/nologin\n`);
  const groups = accounts.map(([name, id]) => `${name}:x:${id}:\n`);
  await mkdir(join(root, "etc"), { recursive: true });
  await writeFile(join(root, "etc/passwd"), lines.join(""));
  await writeFile(join(root, "etc/group"), groups.join(""));
  for (const folder of ["root", "home/nonroot", "tmp"]) await mkdir(join(root, folder), { recursive: true });
  await run("chmod", ["1777", join(root, "tmp")]);
}

async function addNode(root: string): Promise<void> {
  const local = join(root, "usr/local");
  await mkdir(join(local, "bin"), { recursive: true });
  await mkdir(join(local, "lib/node_modules"), { recursive: true });
  await copyFile(process.execPath, join(local, "bin/node"));
  await writeFile(join(local, "LICENSE"), "See https://github.com/nodejs/node/blob/main/LICENSE\n");
  // `npm root --global` would follow the project's Node, which brings no npm.
  const command = await realpath((await run("/bin/sh", ["-c", "command -v npm"])).trim());
  const npm = join(dirname(command), "..");
  await cp(npm, join(local, "lib/node_modules/npm"), { recursive: true, verbatimSymlinks: true });
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin/npm"));
}
