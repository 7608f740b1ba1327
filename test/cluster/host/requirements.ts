/**
 * Whether a node can run on this machine.
 *
 * @module
 */
import { access, constants, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cgroup } from "../layout.ts";
import { createCgroup, removeCgroup } from "./cgroups.ts";
import { run } from "./command.ts";

/** A node cannot run here: the message is one sentence that says why. */
export class CannotRunHereError extends Error {
  override readonly name = "CannotRunHereError";
}

/** Debian's names of what the project does not build itself, with a program of each. */
const packages: Readonly<Record<string, readonly string[]>> = {
  containerd: ["containerd", "ctr"],
  runc: ["runc"],
  "containernetworking-plugins": ["/usr/lib/cni/ptp", "/usr/lib/cni/host-local", "/usr/lib/cni/loopback"],
  nftables: ["nft"],
  // For the policy engine.
  iptables: ["iptables"],
  ipset: ["ipset"],
  iproute2: ["ip"],
  conntrack: ["conntrack"],
  "util-linux": ["unshare", "nsenter", "mount"],
};

/** What is needed to build the image of the product with the Dockerfile. */
const buildPackages: Readonly<Record<string, readonly string[]>> = { buildah: ["buildah"] };

/** Throws `CannotRunHereError` unless this is Linux, we are root, and the kernel can do what a node needs. */
export async function requireNodeSupport(): Promise<void> {
  if (process.platform !== "linux")
    throw new CannotRunHereError(`a test cluster needs Linux, and this is ${process.platform}`);
  if (process.getuid?.() !== 0)
    throw new CannotRunHereError(
      "a test cluster needs root, for namespaces, cgroups and containerd: try again with sudo",
    );
  const filesystems = await readFile("/proc/filesystems", "utf8");
  if (!/\boverlay$/m.test(filesystems))
    throw new CannotRunHereError("a test cluster needs overlayfs, which this kernel does not have");
  await run("unshare", ["--net", "--mount", "--pid", "--fork", "true"]).catch((cause: unknown) => {
    throw new CannotRunHereError(`a test cluster needs network, mount and process namespaces: ${cause}`, {
      cause,
    });
  });
  const trial = `${cgroup}-trial-${process.pid}`;
  try {
    await createCgroup(trial);
  } catch (cause) {
    throw new CannotRunHereError(`a test cluster needs a cgroup of its own: ${cause}`, { cause });
  } finally {
    await removeCgroup(trial);
  }
}

/** Installs what is missing of the Debian packages, and says so. Throws `CannotRunHereError` where that is not possible. */
export async function installPackages(): Promise<void> {
  const wanted = Object.entries({ ...packages, ...buildPackages });
  const present = await Promise.all(
    wanted.map(async ([, programs]) => (await Promise.all(programs.map(isProgram))).every(Boolean)),
  );
  const missing = wanted.filter((_, index) => !present[index]).map(([name]) => name);
  if (missing.length === 0) return;
  if (!(await isProgram("apt-get")))
    throw new CannotRunHereError(
      `a test cluster needs ${missing.join(", ")} (names of Debian), and there is no apt-get to install them`,
    );
  process.stderr.write(`installing Debian packages with apt-get: ${missing.join(", ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-qq"], env);
  // The services that the packages bring, such as the machine's own containerd, must not be started.
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], {
    ...env,
    RUNLEVEL: "1",
  });
}

async function isProgram(name: string): Promise<boolean> {
  const folders = name.startsWith("/") ? [""] : (process.env.PATH ?? "").split(delimiter);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
