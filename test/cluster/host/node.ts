/**
 * Starts a node and connects to its control plane.
 *
 * @module
 */
import { mkdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, type Coordinates, connect } from "../../control-plane/cluster.ts";
import { isReady } from "../conditions.ts";
import { cgroup, coordinatesPath, nodeLogPath, nodeName, stateFolder, temporaryFolder } from "../layout.ts";
import { createCgroup } from "./cgroups.ts";
import { connectNode } from "./network.ts";
import { startNodeProcess } from "./node-process.ts";
import { runningNode, writeRecord } from "./record.ts";

/** The node ended while it started: the message has the end of its log. */
export class NodeError extends Error {
  override readonly name = "NodeError";
}

/** Starts the node and waits until it is ready for pods. Throws `NodeError`; what is there then, `takeDown` removes. */
export async function startNode(): Promise<Cluster> {
  await mkdir(stateFolder, { mode: 0o700 });
  await mkdir(temporaryFolder);
  await createCgroup(cgroup);
  const process = await startNodeProcess();
  const pid = process.pid ?? 0;
  await writeRecord(pid);
  await connectNode(pid);
  process.stdin?.end();
  process.unref();
  const cluster = await waitForCluster();
  await cluster.admin.waitFor({ apiVersion: "v1", kind: "Node", name: nodeName }, isReady, 60_000);
  return cluster;
}

/** The cluster that runs on this machine, or null. */
export async function findCluster(): Promise<Cluster | null> {
  const text = await readFile(coordinatesPath, "utf8").catch(() => null);
  return text === null || (await runningNode()) === null ? null : connect(JSON.parse(text) as Coordinates);
}

async function waitForCluster(): Promise<Cluster> {
  for (;;) {
    const cluster = await findCluster();
    if (cluster !== null) return cluster;
    if ((await runningNode()) === null) {
      const log = await readFile(nodeLogPath, "utf8").catch(() => "");
      throw new NodeError(
        `the node ended while it started:\n${log.trim().split("\n").slice(-20).join("\n")}`,
      );
    }
    await delay(50);
  }
}
