/**
 * The node's first program, in namespaces of its own (see host/node-process.ts): sets up mounts and network, starts
 * the control plane and the node's programs, and runs until it is killed.
 *
 * @module
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import type { Coordinates } from "../../control-plane/cluster.ts";
import { type ControlPlane, startControlPlane } from "../../control-plane/control-plane.ts";
import { findPrograms, nodePrograms } from "../components.ts";
import { run } from "../host/command.ts";
import {
  addresses,
  apiServerPort,
  cable,
  controlSocket,
  coordinatesPath,
  runFolder,
  shadowed,
} from "../layout.ts";
import { serveControl } from "./control.ts";
import { startPrograms } from "./programs.ts";

/** Default paths of programs lead into the cluster's own folder. Seen by processes of the node only. */
async function mountOwnFolders(): Promise<void> {
  await mkdir(runFolder);
  await run("mount", ["--bind", runFolder, "/run"]);
  for (const { folder, path } of shadowed) {
    const [upper, work] = [join(path, "upper"), join(path, "work")];
    await mkdir(upper, { recursive: true });
    await mkdir(work);
    const options = `lowerdir=${folder},upperdir=${upper},workdir=${work}`;
    await run("mount", ["-t", "overlay", "-o", options, "overlay", folder]);
  }
}

async function setUpNetwork(): Promise<void> {
  await run("ip", ["link", "set", "lo", "up"]);
  await run("ip", ["address", "add", `${addresses.node}/${addresses.cableBits}`, "dev", cable.node]);
  await run("ip", ["link", "set", cable.node, "up"]);
  // A packet to a Service needs a route before its destination is replaced by that of a pod.
  await run("ip", ["route", "add", addresses.services, "via", addresses.machine]);
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
}

function startCluster(): Promise<ControlPlane> {
  const options = {
    bindAddress: addresses.node,
    hosts: [addresses.apiService, "kubernetes.default.svc.cluster.local"],
    apiServerFlags: [
      `--advertise-address=${addresses.node}`,
      "--endpoint-reconciler-type=lease",
      `--service-cluster-ip-range=${addresses.services}`,
      // Added to RBAC.
      "--authorization-mode=Node",
      "--allow-privileged=true",
    ],
    controllerManagerFlags: [
      "--controllers=*",
      "--root-ca-file=ca.crt",
      "--service-account-private-key-file=service-accounts.key",
    ],
  };
  return startControlPlane(options, async () => apiServerPort);
}

/** Appears at once and whole. */
async function writeCoordinates(cluster: ControlPlane): Promise<void> {
  const { url, caPem, certPem, keyPem, kubeconfigPath, auditLogPath, folder } = cluster;
  const coordinates: Coordinates = { url, caPem, certPem, keyPem, kubeconfigPath, auditLogPath, folder };
  await writeFile(`${coordinatesPath}.new`, JSON.stringify(coordinates), { mode: 0o600 });
  await rename(`${coordinatesPath}.new`, coordinatesPath);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  // The machine lays the cable first.
  await text(process.stdin);
  await mountOwnFolders();
  await setUpNetwork();
  const cluster = await startCluster();
  await startPrograms(cluster, await findPrograms(nodePrograms));
  serveControl(cluster, controlSocket);
  await writeCoordinates(cluster);
  console.log("started");
  // Keeps the process, and so the supervisor and its programs.
  setInterval(() => {}, 2 ** 30);
}
