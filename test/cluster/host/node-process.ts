/**
 * The node: a process in network, mount and process namespaces of its own. When it ends, the kernel ends every
 * process in there, pods included, and with them go mounts, network interfaces, routes and packet filters.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { open, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { nodeLogPath, temporaryFolder } from "../layout.ts";

const program = join(import.meta.dirname, "..", "node", "main.ts");

/**
 * Starts the node's first process; it waits for the end of its input before it does anything. Returns once the
 * namespaces are there.
 */
export async function startNodeProcess(): Promise<ChildProcess> {
  const log = await open(nodeLogPath, "a");
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  // Orphans, such as the shims of containerd, become children of a namespace's first process, which must reap them.
  // Node would not; a shell does.
  const shell = ["/bin/sh", "-c", '"$@"; exit $?', "node"];
  const args = [...namespaces, ...shell, process.execPath, program];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn("unshare", args, {
    detached: true,
    env: { ...env, TMPDIR: temporaryFolder },
    stdio: ["pipe", log.fd, log.fd],
  });
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  await log.close();
  const ours = await readlink("/proc/self/ns/net");
  while (child.exitCode === null && (await readlink(`/proc/${child.pid}/ns/net`).catch(() => ours)) === ours)
    await delay(10);
  return child;
}

/** Ends the node and waits until its process is gone. */
export async function killNodeProcess(pid: number, isRunning: () => Promise<boolean>): Promise<void> {
  process.kill(pid, "SIGKILL");
  while (await isRunning()) await delay(20);
}
