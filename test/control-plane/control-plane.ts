/**
 * A real Kubernetes control plane on loopback: etcd, kube-apiserver and kube-controller-manager.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Admin, createAdmin } from "./admin.ts";
import { apiServerArgs, auditPolicy, controllerManagerArgs, etcdArgs, type Layout } from "./arguments.ts";
import { type AuditLog, openAuditLog } from "./audit-log.ts";
import { findBinaries } from "./binaries.ts";
import { createAuthority, createSigningKeys, issue, type KeyedCertificate } from "./certificates.ts";
import type { CustomResourceDefinition } from "./crds.ts";
import { freePort } from "./free-port.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { type Supervisor, startSupervisor } from "./supervised.ts";

export interface ControlPlaneOptions {
  /** Where the API server listens; 127.0.0.1 unless told. */
  readonly bindAddress?: string;
  /** Further flags of kube-apiserver; the last of equal flags wins. */
  readonly apiServerFlags?: readonly string[];
  /** Runs the garbage collector and the namespace and service-account controllers; true unless told. */
  readonly controllerManager?: boolean;
  /** Writes an audit log (audit-log.ts reads it); true unless told. */
  readonly auditLog?: boolean;
  /** Installed before the controllers start: the garbage collector takes up to 30 s to see a later kind. */
  readonly crds?: readonly CustomResourceDefinition[];
}

/** What another process needs to use a control plane: plain data. */
export interface Coordinates {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly caPem: string;
  /** A client certificate of a user in `system:masters`. */
  readonly certPem: string;
  readonly keyPem: string;
  /** A kubeconfig of that user. */
  readonly kubeconfigPath: string;
  readonly auditLogPath: string;
  /** A temporary folder that goes with the control plane; tests may put files there. */
  readonly folder: string;
}

export type Component = "etcd" | "kube-apiserver" | "kube-controller-manager";

/** A control plane that is used but not owned. */
export interface Cluster extends Coordinates {
  /** A client of the user in `system:masters`. */
  readonly admin: Admin;
  readonly auditLog: AuditLog;
}

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

/** The name of every temporary folder begins so. */
export const folderPrefix = "traefik-cert-rotater-control-plane-";

const readyTimeout = 60_000;

/** Starts a control plane and waits until it is ready. Throws `GoToolError` or `ControlPlaneError`. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const {
    bindAddress = "127.0.0.1",
    controllerManager = true,
    auditLog = true,
    apiServerFlags = [],
    crds = [],
  } = options;
  const binaries = await findBinaries(
    controllerManager ? ["etcd", "kube-apiserver", "kube-controller-manager"] : ["etcd", "kube-apiserver"],
  );
  const supervisor = await startSupervisor(folderPrefix);
  try {
    const { folder } = supervisor;
    const layout: Layout = {
      folder,
      bindAddress,
      port: await freePort(bindAddress),
      auditLog,
      controllerManager,
    };
    const startEtcd = async () => void (await supervisor.start("etcd", binaries.etcd, etcdArgs(layout)));
    // Keys take a while: etcd starts meanwhile.
    const [certificates] = await Promise.all([writeFiles(layout), startEtcd()]);
    const { authority, admin: keyed } = certificates;
    const cluster = connect({
      url: `https://${bindAddress}:${layout.port}`,
      caPem: authority.certPem,
      ...keyed,
      folder,
      kubeconfigPath: join(folder, "admin.kubeconfig"),
      auditLogPath: join(folder, "audit.log"),
    });
    const { admin } = cluster;
    const startApiServer = async () => {
      const args = [...apiServerArgs(layout), ...apiServerFlags];
      await supervisor.start("kube-apiserver", binaries["kube-apiserver"], args);
      await waitUntilReady(supervisor, admin);
    };
    await startApiServer();
    await admin.applyCrds(crds);
    if (controllerManager) {
      await supervisor.start(
        "kube-controller-manager",
        binaries["kube-controller-manager"],
        controllerManagerArgs(layout),
      );
      const account = { apiVersion: "v1", kind: "ServiceAccount", namespace: "default", name: "default" };
      await admin.waitFor(account, (object) => object !== null);
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
        admin.close();
        await supervisor.end();
      },
    };
  } catch (error) {
    await supervisor.end();
    throw error;
  }
}

/** Makes the clients of a control plane that runs already. */
export function connect(coordinates: Coordinates): Cluster {
  const admin = createAdmin(coordinates);
  return { ...coordinates, admin, auditLog: openAuditLog(coordinates.auditLogPath, admin.client) };
}

async function writeFiles(layout: Layout): Promise<{ authority: KeyedCertificate; admin: KeyedCertificate }> {
  const { folder, bindAddress, port } = layout;
  const [authority, signing] = await Promise.all([
    createAuthority("test control plane"),
    createSigningKeys(),
  ]);
  const hosts = [...new Set(["localhost", "127.0.0.1", bindAddress, "kubernetes.default.svc"])];
  const masters = { organizations: ["system:masters"] };
  const [server, admin, controllers] = await Promise.all([
    issue(authority, { commonName: "kube-apiserver", hosts }),
    issue(authority, { commonName: "admin", ...masters }),
    issue(authority, { commonName: "system:kube-controller-manager", ...masters }),
  ]);
  const url = `https://${bindAddress}:${port}`;
  const files: Record<string, string> = {
    "ca.crt": authority.certPem,
    "apiserver.crt": server.certPem,
    "apiserver.key": server.keyPem,
    "service-accounts.pub": signing.publicPem,
    "service-accounts.key": signing.privatePem,
    "audit-policy.json": JSON.stringify(auditPolicy),
    "admin.kubeconfig": kubeconfig({ url, caPem: authority.certPem, ...admin }),
    "controller-manager.kubeconfig": kubeconfig({ url, caPem: authority.certPem, ...controllers }),
  };
  await mkdir(folder, { recursive: true });
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })),
  );
  return { authority, admin };
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
      await (await admin.client.stream({ path: "/readyz" })).destroy();
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
