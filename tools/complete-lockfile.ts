/**
 * Adds to package-lock.json the packages for other platforms that a registry mirror does not have: `npm install` then
 * leaves them out of the lock, and `npm ci` refuses such a lock.
 *
 * Usage: node tools/complete-lockfile.ts
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, Locked>>;
}

/** The optional packages that some locked package names and the lock does not have, by their path. */
export function missingPackages({ packages }: Lockfile): ReadonlyMap<string, Locked> {
  const missing = new Map<string, Locked>();
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages) continue;
      missing.set(`node_modules/${name}`, { version, ...(dev ? { dev } : {}), ...platformOf(name) });
    }
  }
  return missing;
}

/** Names of platform packages say what they are for: `@scope/tool-linux-arm64-musl`. */
function platformOf(name: string): object {
  const words = (name.split("/").at(-1) ?? name).split("-");
  const oneOf = (known: readonly string[]) => words.filter((word) => known.includes(word));
  const os = oneOf(["android", "darwin", "freebsd", "linux", "openharmony", "win32"]);
  const cpu = oneOf(["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"]);
  const libc = words.some((word) => word.startsWith("musl")) ? ["musl"] : ["glibc"];
  return { cpu, license: "MIT", optional: true, os, ...(os.includes("linux") ? { libc } : {}) };
}

if (import.meta.main) {
  const path = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(await readFile(path, "utf8")) as Lockfile;
  const missing = missingPackages(lock);
  const packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...Object.fromEntries(missing) }).sort(([one], [other]) =>
      one < other ? -1 : 1,
    ),
  );
  await writeFile(path, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`${missing.size} packages added`);
}
