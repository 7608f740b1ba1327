/**
 * The DNS server knot out of the packages of Debian or Ubuntu: downloaded and unpacked, not installed, so that no service
 * starts.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../control-plane/cache.ts";

/** There is no knot here and none could be fetched: the message says why. */
export class KnotError extends Error {
  override readonly name = "KnotError";
}

/** Path of a `knotd` that runs here, fetched on first use. Throws `KnotError`. */
export async function findKnot(): Promise<string> {
  const folder = await cached("knot", fetch);
  return join(folder, "knotd");
}

async function fetch(draft: string): Promise<void> {
  const archives = join(draft, "archives");
  await mkdir(join(archives, "partial"), { recursive: true });
  const options = ["--download-only", "-o", `Dir::Cache::archives=${archives}`];
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "--reinstall", ...options, "knot"]);
  for (const name of await readdir(archives))
    if (name.endsWith(".deb")) await run("dpkg", ["--extract", join(archives, name), join(draft, "root")]);
  await rm(archives, { recursive: true });
  await writeFile(join(draft, "knotd"), launcher, { mode: 0o755 });
}

/** Takes the libraries that were unpacked beside it. */
const launcher = `#!/bin/sh
root=$(dirname "$0")/root
libraries=$(echo "$root"/usr/lib/*-linux-gnu | tr ' ' ':')
LD_LIBRARY_PATH=$libraries exec "$root/usr/sbin/knotd" "$@"
`;

async function run(command: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(command, args).catch((cause: Error) => {
    throw new KnotError(
      `knot could not be fetched: ${cause.message.trim()}. Run \`apt-get update\`, or try it on Debian or Ubuntu as root.`,
      { cause },
    );
  });
}
