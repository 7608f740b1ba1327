/**
 * Installs what was published, as a user does.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import type { Released } from "../../../tools/release/release.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { startControlPlane } from "../../control-plane/control-plane.ts";
import { loadCrds } from "../../control-plane/crds.ts";
import { runHelm } from "../../control-plane/helm.ts";
import { mustGet } from "../../integration/harness/objects.ts";

export const RELEASE = "traefik-cert-rotation";

/** `helm install` from `oci://`; `set` are further values. */
export async function installChart(
  cluster: Cluster,
  { names, version }: Released,
  set: readonly string[] = [],
): Promise<void> {
  const where = ["--namespace", RELEASE, "--create-namespace"];
  const chart = [`oci://${names.chart}`, "--version", version, "--plain-http"];
  const values = set.flatMap((value) => ["--set", value]);
  const { code, stderr } = await runHelm(["install", RELEASE, ...chart, ...where, ...values], cluster);
  if (code !== 0) throw new Error(`helm install oci://${names.chart}: ${stderr.trim()}`);
}

export const functionService = {
  apiVersion: "serving.knative.dev/v1",
  kind: "Service",
  namespace: RELEASE,
  name: RELEASE,
} as const;

/** The image of the installed function. */
export async function installedImage({ admin }: Cluster): Promise<string> {
  const { spec } = (await mustGet(admin, functionService)) as KubernetesObject & {
    spec: { template: { spec: { containers: [{ image: string }] } } };
  };
  return spec.template.spec.containers[0].image;
}

/** Installs on a control plane of its own, without any value, and does something there. */
export async function onControlPlane(
  released: Released,
  act: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const cluster = await startControlPlane({ crds: await loadCrds(), controllerManager: false });
  try {
    await installChart(cluster, released);
    await act(cluster);
  } finally {
    await cluster.stop();
  }
}
