/**
 * Where the demo plays: on a control plane of its own, or in a cluster that was there (existing-cluster.ts).
 *
 * @module
 */
import type { Admin } from "../control-plane/admin.ts";
import { findBinaries } from "../control-plane/binaries.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds, type ThirdParty } from "../control-plane/crds.ts";
import type { Supervisor } from "../control-plane/supervised.ts";
import { type Installation, installationOf, readManifests } from "./manifests.ts";

export interface Platform {
  readonly url: string;
  readonly caPem: string;
  /** May do everything that the story does. */
  readonly admin: Admin;
  /** Ends the function's processes; has the folder for their files. */
  readonly supervisor: Supervisor;
  readonly installation: Installation;
  /** Where the story's routes are. */
  readonly namespace: string;
  /** Their class; null for none. */
  readonly ingressClass: string | null;
  /** Whose events the sources tell; all namespaces' unless given. */
  readonly eventsOf?: readonly string[];
  /** Where Traefik's Service stands. */
  readonly traefik: { readonly namespace: string; readonly name: string };
  /** The line with which a shell gets at the cluster. */
  readonly access: string;
  /** Removes everything that the demo made. */
  end(): Promise<void>;
}

/** Whose kinds the story has. Knative's objects are played, so that its kinds need not be there. */
export const STORY_CRDS = ["traefik", "cert-manager", "external-dns"] as const;

/** The Service of Traefik, as long as its load balancer has no address. */
export function traefikService(target: Platform["traefik"], spec: object): Parameters<Admin["apply"]>[0] {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...target, labels: { "app.kubernetes.io/name": "traefik" } },
    spec: { type: "LoadBalancer", ports: [{ name: "websecure", port: 443 }], ...spec },
  };
}

export interface OwnPlatform extends Platform {
  readonly cluster: ControlPlane;
}

/**
 * Starts a control plane with Traefik's Service, which has the address of the README, and with the kinds of the story and
 * of `more` third parties. Without the controller manager,
 * which takes minutes to build: the function removes the children of a route that is gone by itself.
 */
export async function startOwnPlatform(more: readonly ThirdParty[] = []): Promise<OwnPlatform> {
  // All that must be built, with one account of it, before anything starts.
  await findBinaries(["etcd", "kube-apiserver"]);
  const crds = await loadCrds([...STORY_CRDS, ...more]);
  const cluster = await startControlPlane({ crds, controllerManager: false });
  const traefik = { namespace: "traefik", name: "traefik" };
  await cluster.admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: traefik.namespace } });
  await cluster.admin.apply(traefikService(traefik, { clusterIP: "10.96.0.10" }));
  return {
    ...cluster,
    cluster,
    installation: installationOf(await readManifests("knative")),
    namespace: "default",
    ingressClass: null,
    traefik,
    access: `export KUBECONFIG=${cluster.kubeconfigPath}`,
    end: () => cluster.stop(),
  };
}
