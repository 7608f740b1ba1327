/**
 * What all rows of the bench share: the control plane, the function as its image has it, credentials, objects.
 *
 * @module
 */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { warmCompileCache } from "../../tools/warm-compile-cache.ts";
import type { Admin, Manifest } from "../control-plane/admin.ts";
import type { Connection } from "../control-plane/api-client.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { type AuditTimes, openAuditTimes } from "./audit-times.ts";
import { inPool, type Progress, startCounter } from "./progress.ts";
import { INSTANCE, routeManifest, TRAEFIK_SERVICE, TRAEFIK_STATUS } from "./workload.ts";

export interface Bench {
  readonly admin: Admin;
  readonly times: AuditTimes;
  readonly repetitions: number;
  /** Holds `serve.cjs`, its lazy files and its warm compile cache. */
  readonly folder: string;
  /** The same of another bundle to measure beside it; null where there is none. */
  readonly former: string | null;
  readonly connection: Connection;
  /** Path of the administrator's. */
  readonly kubeconfig: string;
  /** Temporary files. */
  readonly scratch: string;
  /** Credentials as in a pod, and nothing else. */
  readonly bareEnv: Record<string, string>;
  /** The environment of the image. */
  readonly env: Record<string, string>;
  startProgress(what: string): Progress;
  /** Makes routes, 50 in each namespace, until there are `count`; all of them. */
  routes(count: number): Promise<readonly KubernetesObject[]>;
  /** Makes a namespace with one route in it. */
  loneRoute(): Promise<KubernetesObject>;
  /** Makes so many namespaces; their names. */
  namespaces(count: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const ROUTES_PER_NAMESPACE = 50;
const rbac = new URL("../../knative/function-rbac.yaml", import.meta.url);
const account = { namespace: "traefik-cert-rotation", name: "traefik-cert-rotation" };

/** Starts everything. `bundle` is the folder with the bundled function, `former` that of another one. */
export async function startBench(
  bundle: string,
  repetitions: number,
  former: string | null = null,
): Promise<Bench> {
  const crds = await loadCrds(["traefik", "cert-manager", "external-dns"]);
  const cluster = await startControlPlane({ crds });
  try {
    const { admin } = cluster;
    const folder = await installed(bundle, join(cluster.folder, "app"));
    await prepareCluster(admin);
    const bareEnv = await credentials(cluster);
    const cache = { NODE_COMPILE_CACHE: join(folder, ".cache"), NODE_COMPILE_CACHE_PORTABLE: "1" };
    return {
      admin,
      times: openAuditTimes(cluster.auditLogPath),
      repetitions,
      folder,
      former: former === null ? null : await installed(former, join(cluster.folder, "former")),
      connection: cluster,
      kubeconfig: cluster.kubeconfigPath,
      scratch: cluster.folder,
      bareEnv,
      env: { NODE_ENV: "production", INSTANCE, ...bareEnv, ...cache },
      startProgress: startCounter,
      ...seeding(admin),
      stop: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function installed(bundle: string, folder: string): Promise<string> {
  await cp(bundle, folder, { recursive: true });
  await warmCompileCache(folder);
  return folder;
}

/** The chart's ServiceAccount with the chart's rights, and Traefik's Service with an address. */
async function prepareCluster(admin: Admin): Promise<void> {
  for (const name of [account.namespace, TRAEFIK_SERVICE.metadata.namespace])
    await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  for (const document of parseAllDocuments(await readFile(rbac, "utf8")))
    await admin.apply(document.toJS() as Manifest);
  await admin.apply(TRAEFIK_SERVICE);
  const { apiVersion, kind, metadata } = TRAEFIK_SERVICE;
  await admin.patch({ apiVersion, kind, ...metadata }, { status: TRAEFIK_STATUS }, { subresource: "status" });
}

async function credentials(cluster: ControlPlane): Promise<Record<string, string>> {
  const directory = join(cluster.folder, "serviceaccount");
  await mkdir(directory);
  await writeFile(join(directory, "ca.crt"), cluster.caPem);
  await writeFile(join(directory, "token"), await cluster.admin.token(account.namespace, account.name));
  const { hostname, port } = new URL(cluster.url);
  return {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    SERVICE_ACCOUNT_DIRECTORY: directory,
  };
}

function seeding(admin: Admin): Pick<Bench, "routes" | "loneRoute" | "namespaces"> {
  const routes: KubernetesObject[] = [];
  let lone = 0;
  let empty = 0;
  const namespace = (name: string) =>
    admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return {
    async routes(count) {
      const progress = startCounter(`making ${count} routes`);
      const missing = Array.from({ length: Math.max(0, count - routes.length) }, (_, i) => i + routes.length);
      for (const index of missing.filter((i) => i % ROUTES_PER_NAMESPACE === 0))
        await namespace(namespaceOf(index));
      await inPool(missing, 32, async (index) => {
        routes[index] = await admin.create(routeManifest(namespaceOf(index), `web-${index}`));
        progress.tell(index + 1, count);
      });
      progress.end();
      return routes.slice(0, count);
    },
    async namespaces(count) {
      const names = Array.from({ length: count }, () => `empty-${String(++empty).padStart(5, "0")}`);
      await inPool(names, 32, async (name) => void (await namespace(name)));
      return names;
    },
    async loneRoute() {
      const name = `lone-${String(++lone).padStart(4, "0")}`;
      await namespace(name);
      return admin.create(routeManifest(name, "web"));
    },
  };
}

function namespaceOf(index: number): string {
  return `team-${String(Math.floor(index / ROUTES_PER_NAMESPACE)).padStart(4, "0")}`;
}
