/**
 * The product on a test cluster: its image, and the chart by the README's command.
 *
 * @module
 */
import { join } from "node:path";
import type { Cluster } from "../../control-plane/cluster.ts";
import { existingRelease, helm, type Release } from "../../integration/harness/release.ts";
import { isReady } from "../conditions.ts";
import { importImages } from "../images/import.ts";
import { productArchive } from "../images/product.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** As in the README. */
export const installCommand =
  "helm install traefik-cert-rotation ./traefik-cert-rotation --namespace traefik-cert-rotation --create-namespace";

const name = "traefik-cert-rotation";
const namespace = "traefik-cert-rotation";

export const knativeService = {
  apiVersion: "serving.knative.dev/v1",
  kind: "Service",
  namespace,
  name,
} as const;

/** What sources send to: the address in the status of the Knative Service. */
export const productUrl = `http://${name}.${namespace}.svc.cluster.local/`;

/** The release, installed unless it is there, and its Knative Service ready. */
export async function installProduct(cluster: Cluster): Promise<Release> {
  const { admin } = cluster;
  await importImages([await productArchive()]);
  if ((await admin.get(knativeService)) === null) {
    process.chdir(root);
    await helm(cluster, installCommand.split(" ").slice(1));
  }
  await admin.waitFor(knativeService, isReady, 120_000);
  return existingRelease(cluster, { name, namespace, ingressClass: null });
}
