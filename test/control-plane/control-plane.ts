/**
 * A real Kubernetes control plane on loopback: etcd, kube-apiserver and kube-controller-manager.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Admin } from "./admin.ts";
import { apiServerArgs, controllerManagerArgs, etcdArgs, type Layout } from "./arguments.ts";
import { findBinaries } from "./binaries.ts";
import type { KeyedCertificate } from "./certificates.ts";
import { type Cluster, connect, pathsIn } from "./cluster.ts";
import { writeClusterFiles } from "./cluster-files.ts";
import type { CustomResourceDefinition } from "./crds.ts";
import { freePort } from "./free-port.ts";
import { type Supervisor, startSupervisor } from "./supervised.ts";

export interface ControlPlaneOptions {
  /** Where the API server listens; 127.0.0.1 unless given. */
  readonly bindAddress?: string;
  /** Further flags of kube-apiserver; the last of equal flags wins. */
  readonly apiServerFlags?: readonly string[];
  /** Further names and addresses in the API server's certificate. */
  readonly hosts?: readonly string[];
  /** Runs the garbage collector and the namespace and service-account controllers; true unless given. */
  readonly controllerManager?: boolean;
  /** Further flags of kube-controller-manager; a list, such as `--controllers`, is added to. */
  readonly controllerManagerFlags?: readonly string[];
  /** Writes an audit log (audit-log.ts reads it); true unless given. */
  readonly auditLog?: boolean;
  /** Installed before the controllers start: the garbage collector takes up to 30 s to see a later kind. */
  readonly crds?: readonly CustomResourceDefinition[];
}

export type { Cluster };

export type Component = "etcd" | "kube-apiserver" | "kube-controller-manager";

export interface ControlPlane extends Cluster {
  /** Issues certificates that the API server accepts from its users. */
  readonly authority: KeyedCertificate;
  readonly supervisor: Supervisor;
  /** Ends the API server: SIGTERM lets it finish requests, SIGKILL does not. */
  stopApiServer(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again with the same port and data, and waits until it is ready. */
  startApiServer(): Promise<void>;
  /** The same for etcd. */
  stopEtcd(signal?: NodeJS.Signals): Promise<void>;
  startEtcd(): Promise<void>;
  /** Sends a signal, such as SIGSTOP and SIGCONT for a server that hangs. */
  signal(component: Component, signal: NodeJS.Signals): Promise<void>;
  /** Ends everything and removes the folder. */
  stop(): Promise<void>;
}

/** A component ended or did not become ready in time: the message has the end of its log. */
export class ControlPlaneError extends Error {
  override readonly name = "ControlPlaneError";
}

/** The name of every temporary folder begins so; short, for sockets in it have at most 104 characters. */
export const folderPrefix = "tcr-control-plane-";

const readyTimeout = 60_000;

/**
 * Starts a control plane and waits until it is ready. Throws `GoToolError` or `ControlPlaneError`. `choosePort` is
 * asked again if another process takes the port meanwhile.
 */
export async function startControlPlane(
  options: ControlPlaneOptions = {},
  choosePort: (host: string) => Promise<number> = freePort,
): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options, choosePort);
    } catch (error) {
      const taken = error instanceof ControlPlaneError && error.message.includes("address already in use");
      if (!taken || attempt === 3) throw error;
    }
  }
}

async function startOnce(
  options: ControlPlaneOptions,
  choosePort: (host: string) => Promise<number>,
): Promise<ControlPlane> {
  const { bindAddress = "127.0.0.1", controllerManager = true, auditLog = true } = options;
  const binaries = await findBinaries(
    controllerManager ? ["etcd", "kube-apiserver", "kube-controller-manager"] : ["etcd", "kube-apiserver"],
  );
  const supervisor = await startSupervisor(folderPrefix);
  try {
    const port = await choosePort(bindAddress);
    const layout: Layout = { folder: supervisor.folder, bindAddress, port, auditLog, controllerManager };
    const url = `https://${bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress}:${port}`;
    const startEtcd = async () => void (await supervisor.start("etcd", binaries.etcd, etcdArgs(layout)));
    // Keys take a while: etcd starts meanwhile.
    const [{ authority, admin: keyed }] = await Promise.all([
      writeClusterFiles(layout, url, options.hosts),
      startEtcd(),
    ]);
    const cluster = connect({ url, caPem: authority.certPem, ...keyed, ...pathsIn(supervisor.folder) });
    const startApiServer = async () => {
      const args = [...apiServerArgs(layout), ...(options.apiServerFlags ?? [])];
      await supervisor.start("kube-apiserver", binaries["kube-apiserver"], args);
      await waitUntilReady(supervisor, cluster.admin);
    };
    await startApiServer();
    await cluster.admin.applyCrds(options.crds ?? []);
    if (controllerManager) {
      const name = "kube-controller-manager";
      const args = [...controllerManagerArgs(layout), ...(options.controllerManagerFlags ?? [])];
      await supervisor.start(name, binaries[name], args);
      await waitUntilControlled(cluster.admin);
    }
    return {
      ...cluster,
      authority,
      supervisor,
      startApiServer,
      stopApiServer: (signal) => supervisor.stop("kube-apiserver", signal),
      startEtcd,
      stopEtcd: (signal) => supervisor.stop("etcd", signal),
      signal: (component, signal) => supervisor.signal(component, signal),
      async stop() {
        cluster.admin.close();
        await supervisor.end();
      },
    };
  } catch (error) {
    await supervisor.end();
    throw error;
  }
}

/** The controllers work once the first namespace has got its account. */
async function waitUntilControlled(admin: Admin): Promise<void> {
  const account = { apiVersion: "v1", kind: "ServiceAccount", namespace: "default", name: "default" };
  await admin.waitFor(account, (object) => object !== null);
}

/**
 * Waits until the API server answers "ready". Its certificate is of our own authority, so that an answer can only
 * be its own, even if another process took the port.
 */
async function waitUntilReady(supervisor: Supervisor, admin: Admin): Promise<void> {
  const end = Date.now() + readyTimeout;
  for (;;) {
    for (const component of ["etcd", "kube-apiserver"] as const) {
      const outcome = supervisor.outcomeOf(component);
      if (outcome !== null)
        throw new ControlPlaneError(`${component} ended (${outcome}):\n${await supervisor.logOf(component)}`);
    }
    try {
      // Whoever else listens on the port may never answer.
      const signal = AbortSignal.timeout(2_000);
      (await admin.client.stream({ path: "/readyz", signal })).destroy();
      return;
    } catch (cause) {
      if (Date.now() > end)
        throw new ControlPlaneError(
          `kube-apiserver is not ready after ${readyTimeout} ms:\n${await supervisor.logOf("kube-apiserver")}`,
          { cause },
        );
    }
    await delay(50);
  }
}
