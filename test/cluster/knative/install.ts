/**
 * Installs Knative Serving: its own manifests, and the settings in which a test differs from an installation.
 *
 * @module
 */
import type { Admin, Manifest } from "../../control-plane/admin.ts";
import type { CustomResourceDefinition } from "../../control-plane/crds.ts";
import { waitUntilAvailable } from "../deployments.ts";
import { ingressClass } from "../gateway/routes.ts";
import type { ServingManifests } from "./manifests.ts";

const namespace = "knative-serving";

/**
 * By ConfigMap. Whoever waits for scale to zero should not wait for minutes. The published image is on the node, and no
 * registry is asked for its digest.
 */
const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "config-network": { "ingress-class": ingressClass },
  "config-deployment": { "registries-skipping-tag-resolving": "kind.local,ko.local,dev.local,ghcr.io" },
  "config-autoscaler": { "stable-window": "10s", "scale-to-zero-grace-period": "6s" },
};

/** Applies it all and waits until every Deployment is available: at most three minutes. */
export async function installServing(admin: Admin, { crds, base, run }: ServingManifests): Promise<void> {
  await admin.applyCrds(crds as unknown as CustomResourceDefinition[]);
  for (const object of base) await admin.apply(withSettings(object));
  for (const object of run) await admin.apply(object);
  const deployments = run
    .filter(({ kind }) => kind === "Deployment")
    .map(({ metadata }) => metadata.name ?? "");
  await Promise.all(deployments.map((name) => waitUntilAvailable(admin, namespace, name)));
}

function withSettings(object: Manifest): Manifest {
  const set = object.kind === "ConfigMap" ? settings[object.metadata.name ?? ""] : undefined;
  return set === undefined ? object : { ...object, data: { ...(object.data as object), ...set } };
}
