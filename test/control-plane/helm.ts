/**
 * The real helm, run against a control plane.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { findBinaries } from "./binaries.ts";
import type { Coordinates } from "./cluster.ts";

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs helm with these arguments as the administrator of the cluster, or without a cluster (`template`) where none
 * is given. Its own files stay in the control plane's folder. Builds helm if need be; throws `GoToolError`.
 */
export async function runHelm(
  args: readonly string[],
  cluster: Pick<Coordinates, "kubeconfigPath" | "folder"> | null = null,
): Promise<HelmResult> {
  const { helm } = await findBinaries(["helm"]);
  const home = cluster === null ? "/nonexistent" : join(cluster.folder, "helm");
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: home,
    HELM_CACHE_HOME: join(home, "cache"),
    HELM_CONFIG_HOME: join(home, "config"),
    HELM_DATA_HOME: join(home, "data"),
    KUBECONFIG: cluster?.kubeconfigPath ?? "/nonexistent",
  };
  return new Promise((resolve, reject) => {
    execFile(helm, [...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}
