/**
 * Ends the cluster, however far it came, and removes what the kernel does not remove with its process.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { cgroup, stateFolder } from "../layout.ts";
import { removeCgroup } from "./cgroups.ts";
import { disconnectNode } from "./network.ts";
import { killNodeProcess } from "./node-process.ts";
import { runningNode } from "./record.ts";

/** Returns whether there was anything to end. */
export async function takeDown(): Promise<boolean> {
  const pid = await runningNode();
  if (pid !== null) await killNodeProcess(pid, async () => (await runningNode()) !== null);
  await disconnectNode();
  // Waits until the pods' processes, which the kernel is ending, are gone, and so their mounts.
  await removeCgroup(cgroup);
  await rm(stateFolder, { recursive: true, force: true, maxRetries: 5 });
  return pid !== null;
}
