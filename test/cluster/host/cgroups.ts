/**
 * The cgroup that all pods of the cluster are in, for version 1 (one hierarchy for each controller) and 2 (one for all).
 *
 * @module
 */
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Makes the cgroup `name` in every hierarchy of the machine; the kubelet wants it to be there. */
export async function createCgroup(name: string): Promise<void> {
  for (const { root, version } of await hierarchies()) {
    const folder = join(root, name);
    await mkdir(folder, { recursive: true });
    if (version === 2) await delegate(root, folder);
    else await inheritCpuset(root, folder);
  }
}

/** Version 2: children get a controller only if their parent passes it on. */
async function delegate(root: string, folder: string): Promise<void> {
  const controllers = (await readFile(join(root, "cgroup.controllers"), "utf8")).trim().split(" ");
  for (const controller of controllers.filter((text) => text !== "")) {
    await writeFile(join(root, "cgroup.subtree_control"), `+${controller}`);
    await writeFile(join(folder, "cgroup.subtree_control"), `+${controller}`);
  }
}

/** Version 1: a new cpuset has no CPU and no memory, and then takes no process. */
async function inheritCpuset(root: string, folder: string): Promise<void> {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const value = await readFile(join(root, file), "utf8").catch(() => null);
    if (value !== null) await writeFile(join(folder, file), value);
  }
}

/** Removes the cgroup and all below it, once their processes have ended: at most ten seconds. */
export async function removeCgroup(name: string): Promise<void> {
  const end = Date.now() + 10_000;
  for (const { root } of await hierarchies()) {
    for (;;) {
      try {
        await removeTree(join(root, name));
        break;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
      await delay(50);
    }
  }
}

/** Files of a cgroup go with it; only folders are removed, the innermost first. */
async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(orAbsent([]));
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch(orAbsent(undefined));
}

function orAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return value;
    throw error;
  };
}

/** Every mounted hierarchy. */
async function hierarchies(): Promise<{ root: string; version: 1 | 2 }[]> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).trim().split("\n");
  const found: { root: string; version: 1 | 2 }[] = [];
  for (const line of mounts) {
    const [, root = "", type] = line.split(" ");
    if (type === "cgroup") found.push({ root, version: 1 });
    // Beside version 1 it has no controllers and nobody uses it.
    if (type === "cgroup2" && (await hasControllers(root))) found.push({ root, version: 2 });
  }
  return found;
}

async function hasControllers(root: string): Promise<boolean> {
  return (await readFile(join(root, "cgroup.controllers"), "utf8")).trim() !== "";
}
