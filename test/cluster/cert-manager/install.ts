/**
 * Installs cert-manager on a test cluster: its controllers, without its webhook, which checks objects and fills in who
 * asked.
 *
 * @module
 */
import type { Admin, Manifest } from "../../control-plane/admin.ts";
import { addOn } from "../add-on.ts";
import { findPrograms } from "../components.ts";
import { importImages } from "../images/import.ts";
import { imageOf, platformArchives } from "../images/platform.ts";
import { waitUntilAvailable } from "../knative/install.ts";

const program = ["cert-manager"] as const;
const [name] = program;
const namespace = name;

const manifests: readonly Manifest[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  ...addOn({
    name,
    namespace,
    labels: { app: name },
    // Its own rights are not what is tested.
    rights: "cluster-admin",
    spec: {
      containers: [{ name, image: imageOf(name), env: [{ name: "POD_NAMESPACE", value: namespace }] }],
    },
  }),
];

/** Imports the image, applies it all and waits until the controllers run. */
export async function installCertManager(admin: Admin): Promise<void> {
  await importImages(await platformArchives(program, await findPrograms(program)));
  for (const object of manifests) await admin.apply(object);
  await waitUntilAvailable(admin, namespace, name);
}

/** Ends the controllers; what they issued stays. */
export async function removeCertManager(admin: Admin): Promise<void> {
  const target = { apiVersion: "apps/v1", kind: "Deployment", namespace, name };
  await admin.delete(target, { propagation: "Foreground" });
  await admin.waitFor(target, (object) => object === null, 60_000);
}
