/**
 * The chart, installed for real into a namespace of its own.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { rfc3339 } from "../../../functions/reconcile/plan/child/hosts-since.ts";
import { CONFIRMATION_ANNOTATION } from "../../../functions/reconcile/resync/confirmation.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { runHelm } from "../../control-plane/helm.ts";

export const CHART = fileURLToPath(new URL("../../../traefik-cert-rotation", import.meta.url));

export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Class of the routes that this release serves and no other; null for one that serves all. */
  readonly ingressClass: string | null;
  /** `<namespace>/<name>`, which stands on its children. */
  readonly instance: string;
  /** The function's user name in the audit log. */
  readonly user: string;
  /** The chart's ConfigMap. */
  readonly configMap: { readonly namespace: string; readonly name: string };
  /** Confirms deletions for some minutes, as somebody with rights on the cluster does. */
  confirmDeletions(): Promise<void>;
  /** The function's configuration file, out of the chart's ConfigMap. */
  configuration(): Promise<string>;
  /** The ApiServerSources of the release. */
  sources(): Promise<readonly KubernetesObject[]>;
  functionToken(): Promise<string>;
  /** Installs the chart again with these values and none of the former. */
  upgrade(values: object): Promise<void>;
  uninstall(): Promise<void>;
}

export interface ReleaseOptions {
  readonly values?: object;
  readonly name?: string;
  /** Unless given, a class that nobody else has: suites on one control plane leave each other's routes alone. */
  readonly ingressClass?: string | null;
  /** A namespace that exists; unless given, a new one. */
  readonly namespace?: string;
  /** Folder of another chart than the repository's. */
  readonly chart?: string;
}

export async function installRelease(cluster: Cluster, options: ReleaseOptions = {}): Promise<Release> {
  const { name = "tcr", chart = CHART, ingressClass = `class-${randomBytes(4).toString("hex")}` } = options;
  const namespace = options.namespace ?? (await cluster.admin.createNamespace("release"));
  await runChart(cluster, "install", { name, namespace, ingressClass }, options.values ?? {}, chart);
  return existingRelease(cluster, { name, namespace, ingressClass }, chart);
}

type ReleaseName = Pick<Release, "name" | "namespace" | "ingressClass">;

/** A release that helm has installed already. */
export function existingRelease(cluster: Cluster, release: ReleaseName, chart = CHART): Release {
  const { admin } = cluster;
  const { name, namespace, ingressClass } = release;
  const fullname = name.includes("traefik-cert-rotation") ? name : `${name}-traefik-cert-rotation`;
  const configMap = { namespace, name: `${fullname}-config` };
  const target = { apiVersion: "v1", kind: "ConfigMap", ...configMap };
  return {
    name,
    namespace,
    ingressClass,
    configMap,
    async confirmDeletions() {
      const annotations = { [CONFIRMATION_ANNOTATION]: rfc3339(Date.now() + 10 * 60_000) };
      await admin.patch(target, { metadata: { annotations } });
    },
    instance: `${namespace}/${name}`,
    user: `system:serviceaccount:${namespace}:${fullname}`,
    async configuration() {
      const object = (await admin.get(target)) as { data?: Readonly<Record<string, string>> } | null;
      const text = object?.data?.["config.json"];
      if (text === undefined) throw new Error(`no config.json in ConfigMap ${namespace}/${fullname}-config`);
      return text;
    },
    async sources() {
      const kind = { apiVersion: "sources.knative.dev/v1", kind: "ApiServerSource" };
      const sources = await admin.list({ ...kind, namespace });
      return sources.filter(({ metadata }) => metadata.annotations?.["meta.helm.sh/release-name"] === name);
    },
    functionToken: () => admin.token(namespace, fullname),
    upgrade: (values) => runChart(cluster, "upgrade", release, values, chart),
    uninstall: () => helm(cluster, ["uninstall", name, "--namespace", namespace]),
  };
}

async function runChart(
  cluster: Cluster,
  command: "install" | "upgrade",
  { name, namespace, ingressClass }: ReleaseName,
  values: object,
  chart: string,
): Promise<void> {
  const selector = ingressClass === null ? {} : { selector: { ingressClass } };
  const json = ["--set-json", JSON.stringify({ ...selector, ...values })];
  // Without any value helm would take those of the former installation.
  const reset = command === "upgrade" ? ["--reset-values"] : [];
  await helm(cluster, [command, name, chart, "--namespace", namespace, ...reset, ...json]);
}

/** Runs helm; throws what it says where it fails. */
export async function helm(cluster: Cluster, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runHelm(args, cluster);
  if (code !== 0) throw new Error(`helm ${args[0]}: ${stderr}`);
}
