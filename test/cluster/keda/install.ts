/**
 * Installs KEDA and its HTTP add-on on a test cluster.
 *
 * @module
 */
import type { Admin, Manifest } from "../../control-plane/admin.ts";
import type { CustomResourceDefinition } from "../../control-plane/crds.ts";
import { kedaPrograms } from "../components.ts";
import { removeDeployment, waitUntilAvailable } from "../deployments.ts";
import { importImages } from "../images/import.ts";
import { platformArchives } from "../images/platform.ts";
import { readKedaManifests } from "./manifests.ts";

/** Imports the images, applies it all and waits until every Deployment is available: at most three minutes. */
export async function installKeda(admin: Admin): Promise<void> {
  await importImages(await platformArchives(kedaPrograms));
  const objects = await readKedaManifests();
  const ofKind = (wanted: string) => objects.filter(({ kind }) => kind === wanted);
  await admin.applyCrds(ofKind("CustomResourceDefinition") as unknown as CustomResourceDefinition[]);
  const first = ["CustomResourceDefinition", "Namespace"];
  for (const object of [...ofKind("Namespace"), ...objects.filter(({ kind }) => !first.includes(kind))])
    await admin.apply(object);
  await Promise.all(ofKind("Deployment").map((deployment) => available(admin, deployment)));
}

/** Ends its programs; kinds and objects stay. */
export async function removeKeda(admin: Admin): Promise<void> {
  const kind = { apiVersion: "apps/v1", kind: "Deployment", namespace: "keda" } as const;
  for (const { metadata } of await admin.list(kind))
    await removeDeployment(admin, kind.namespace, metadata.name);
}

const available = (admin: Admin, { metadata }: Manifest): Promise<void> =>
  waitUntilAvailable(admin, metadata.namespace ?? "", metadata.name ?? "");
