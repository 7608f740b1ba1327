/**
 * Says how a cluster is.
 *
 * @module
 */
import type { Cluster } from "../../control-plane/cluster.ts";
import { isReady } from "../conditions.ts";
import { nodeName, podLogsFolder } from "../layout.ts";

/** A few lines for a person: node, pods that are not ready, and how to use it. */
export async function describeStatus({ admin, kubeconfigPath, folder }: Cluster): Promise<string> {
  const node = await admin.get({ apiVersion: "v1", kind: "Node", name: nodeName });
  const pods = await admin.list({ apiVersion: "v1", kind: "Pod" });
  const waiting = pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name);
  return [
    `node ${nodeName}: ${isReady(node) ? "ready" : "not ready"}`,
    `pods: ${pods.length}, not ready: ${waiting.length === 0 ? "none" : waiting.join(", ")}`,
    `logs: ${folder}/*.log, of pods: ${podLogsFolder}`,
    `export KUBECONFIG=${kubeconfigPath}`,
  ].join("\n");
}
