/**
 * Enforces NetworkPolicies on the node with kube-router's firewall, for as long as a test wants: the node itself has
 * no policy engine, like those of many clusters.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../../control-plane/cluster.ts";
import { findPrograms } from "../components.ts";
import { run } from "../host/command.ts";
import { runningNode } from "../host/record.ts";
import { addresses, nodeName, stateFolder } from "../layout.ts";

export interface PolicyEngine {
  /** Ends it and removes its rules from the node. */
  stop(): Promise<void>;
}

/** Starts it; the first rules come soon after, so whoever tests them waits until a forbidden way is closed. */
export async function startPolicyEngine(cluster: Cluster): Promise<PolicyEngine> {
  const { "kube-router": program } = await findPrograms(["kube-router"]);
  const node = await runningNode();
  if (node === null) throw new Error("no node is running");
  const inNode = [`--net=/proc/${node}/ns/net`, `--mount=/proc/${node}/ns/mnt`];
  // Ends with the node: the first process of its namespace is the parent of all.
  const owned = [...inNode, `--pid=/proc/${node}/ns/pid_for_children`];
  const logPath = join(stateFolder, "kube-router.log");
  const log = await open(logPath, "a");
  const child = spawn(
    "nsenter",
    [
      ...owned,
      program,
      `--kubeconfig=${cluster.kubeconfigPath}`,
      `--hostname-override=${nodeName}`,
      `--service-cluster-ip-range=${addresses.services}`,
      "--run-firewall=true",
      "--run-router=false",
      "--run-service-proxy=false",
      "--health-port=0",
      "--v=1",
    ],
    { stdio: ["ignore", log.fd, log.fd] },
  );
  await once(child, "spawn");
  await log.close();
  return {
    async stop() {
      if (hasEnded(child)) throw new Error(`kube-router has ended by itself: see ${logPath}`);
      await end(child);
      // Nothing else on the node uses iptables: the pods' network needs no rules, and kube-proxy has nftables.
      const clean = "iptables --flush && iptables --delete-chain && ipset destroy";
      await run("nsenter", [...inNode, "/bin/sh", "-c", clean]);
    },
  };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** `nsenter` passes no signals on; it ends when what it started has ended. */
async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  const pids = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
  for (const pid of pids.trim().split(" ")) process.kill(Number(pid), "SIGTERM");
  await ended;
}
