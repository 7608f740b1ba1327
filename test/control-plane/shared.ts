/**
 * One control plane for all test files of a run (see global-setup.ts).
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Cluster, type Coordinates, connect } from "./cluster.ts";
import { startControlPlane } from "./control-plane.ts";
import { loadCrds } from "./crds.ts";

/** Names the file with the coordinates of the run's control plane. */
const variable = "TRAEFIK_CERT_ROTATER_TEST_CONTROL_PLANE";

/**
 * The control plane of this run, with the CRDs of all third-party controllers. A file that runs without the global
 * setup gets one of its own, which ends with the process. Others use it too: work in namespaces of your own, and do not
 * stop it.
 */
export async function sharedControlPlane(): Promise<Cluster> {
  const path = process.env[variable];
  if (path === undefined) return startControlPlane({ crds: await loadCrds() });
  return connect(JSON.parse(await readFile(path, "utf8")) as Coordinates);
}

/** Starts the control plane of a run and announces it to the test processes, which inherit the environment. Returns its end. */
export async function shareControlPlane(): Promise<() => Promise<void>> {
  const { url, caPem, certPem, keyPem, kubeconfigPath, auditLogPath, folder, stop } = await startControlPlane(
    {
      crds: await loadCrds(),
    },
  );
  const coordinates: Coordinates = { url, caPem, certPem, keyPem, kubeconfigPath, auditLogPath, folder };
  const path = join(folder, "coordinates.json");
  await writeFile(path, JSON.stringify(coordinates), { mode: 0o600 });
  process.env[variable] = path;
  return stop;
}
