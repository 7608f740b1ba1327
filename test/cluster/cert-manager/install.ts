/**
 * Installs cert-manager on a test cluster: its controllers, without its webhook, which checks objects and fills in who
 * asked.
 *
 * @module
 */
import type { Admin, Manifest } from "../../control-plane/admin.ts";
import { addOn } from "../add-on.ts";
import { removeDeployment, waitUntilAvailable } from "../deployments.ts";
import { importImages } from "../images/import.ts";
import { imageOf, platformArchives } from "../images/platform.ts";

const name = "cert-manager";
const namespace = name;

const manifests = (args: readonly string[]): readonly Manifest[] => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  ...addOn({
    name,
    namespace,
    labels: { app: name },
    // Its own rights are not what is tested.
    rights: "cluster-admin",
    spec: {
      containers: [{ name, image: imageOf(name), args, env: [{ name: "POD_NAMESPACE", value: namespace }] }],
    },
  }),
];

/** Imports the image, applies it all and waits until the controllers run, with these flags. */
export async function installCertManager(admin: Admin, args: readonly string[] = []): Promise<void> {
  await importImages(await platformArchives([name]));
  for (const object of manifests(args)) await admin.apply(object);
  await waitUntilAvailable(admin, namespace, name);
}

/** Ends the controllers; what they issued stays. */
export const removeCertManager = (admin: Admin): Promise<void> => removeDeployment(admin, namespace, name);
