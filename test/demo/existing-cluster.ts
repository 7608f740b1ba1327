/**
 * The demo in a cluster that was there: kind, k3d, any other. It keeps to a namespace and an ingress class of its own.
 *
 * @module
 */
import { rootCertificates } from "node:tls";
import { connect as tryToConnect } from "../../functions/cli/connection/connection.ts";
import { kubeconfigCredentials } from "../../functions/kubernetes/kubeconfig.lazy.ts";
import { type Admin, createAdmin, type Target, targetOf } from "../control-plane/admin.ts";
import type { Connection } from "../control-plane/api-client.ts";
import { type CustomResourceDefinition, loadCrds } from "../control-plane/crds.ts";
import { startSupervisor } from "../control-plane/supervised.ts";
import { apart, INSTALLATION, installationOf, readManifests } from "./manifests.ts";
import { type Platform, STORY_CRDS, traefikService } from "./platform.ts";

/** Namespace, class of the routes, and name of the installation. */
export const DEMO = "traefik-cert-rotater-demo";

const FIRST: Readonly<Record<(typeof STORY_CRDS)[number], string>> = {
  traefik: "ingressroutes.traefik.io",
  "cert-manager": "certificates.cert-manager.io",
  "external-dns": "dnsendpoints.externaldns.k8s.io",
};

/** The demo cannot play there; the message is one sentence with the reason and what to do. */
export class UnusableClusterError extends Error {
  override readonly name = "UnusableClusterError";
}

/**
 * Takes the cluster of a context of the kubeconfig. What it makes there, `end` removes: the namespace with all in it,
 * the access rights, and those kinds that were missing.
 *
 * @throws {UnusableClusterError} or one of the CLI's errors about a cluster that cannot be reached
 */
export async function takeExistingCluster(context: string, say: (text: string) => void): Promise<Platform> {
  await tryToConnect(context, process.env);
  const connection = await connectionOf(context);
  const admin = createAdmin(connection, "traefik-cert-rotater-demo");
  await refuseOtherInstallations(admin, context);
  const missing = await missingCrds(admin);
  const added: (Target & { readonly name: string })[] = [];
  const installation = installationOf(apart(await readManifests("knative"), DEMO), DEMO);
  const supervisor = await startSupervisor("tcr-demo-");
  const end = async () => {
    await removeNamespace(admin);
    for (const object of installation.applied)
      if (object.kind.startsWith("Cluster")) await admin.delete(targetOf(object));
    for (const target of added) await admin.delete(target);
    admin.close();
    await supervisor.end();
  };
  try {
    for (const crd of missing) {
      say(
        `the cluster does not know ${crd.spec.names.kind}: its definition is added, and removed at the end`,
      );
      added.push(crdNamed(crd.metadata.name));
    }
    await admin.applyCrds(missing);
    await admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: DEMO } });
    const traefik = { namespace: DEMO, name: "traefik" };
    // A class that no load balancer has, so that only the story gives it an address.
    await admin.apply(traefikService(traefik, { loadBalancerClass: `${DEMO}/none` }));
    return {
      url: connection.url,
      caPem: connection.caPem,
      admin,
      supervisor,
      installation,
      namespace: DEMO,
      ingressClass: DEMO,
      eventsOf: [DEMO],
      traefik,
      access: `kubectl config use-context ${context}`,
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The function gets at the API server as from a pod: by host, port and authority. */
async function connectionOf(context: string): Promise<Connection> {
  const { server, tls, authorization } = await kubeconfigCredentials(context);
  const unusual = [
    ...(server.pathname === "/" ? [] : ["a server with a path"]),
    ...(tls.rejectUnauthorized === false ? ["insecure-skip-tls-verify"] : []),
    ...(tls.servername === undefined ? [] : ["tls-server-name"]),
  ];
  if (unusual.length > 0)
    throw new UnusableClusterError(
      `the demo cannot use context ${context}, whose cluster has ${unusual.join(" and ")}: choose another, or leave --context out for a control plane of the demo's own`,
    );
  const token = (await authorization(false))?.replace(/^Bearer /, "");
  return {
    url: server.origin,
    caPem: tls.ca ?? rootCertificates.join("\n"),
    ...(tls.cert !== undefined && { certPem: tls.cert }),
    ...(tls.key !== undefined && { keyPem: tls.key }),
    ...(token !== undefined && { token }),
  };
}

async function refuseOtherInstallations(admin: Admin, context: string): Promise<void> {
  const roles = await admin.list(
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" },
    { labelSelector: `app.kubernetes.io/part-of=${INSTALLATION}` },
  );
  const [role] = roles;
  if (role !== undefined)
    throw new UnusableClusterError(
      `Traefik-cert-rotater is installed in context ${context} already (ClusterRoleBinding ${role.metadata.name}): apply examples/my-ingress.yaml there instead`,
    );
  if ((await admin.get({ apiVersion: "v1", kind: "Namespace", name: DEMO })) !== null)
    throw new UnusableClusterError(
      `namespace ${DEMO} exists in context ${context} already: another demo runs, or one was killed; remove it with kubectl --context ${context} delete namespace ${DEMO}`,
    );
}

/** Of each third party whose first kind is not there. Where all are, neither Go nor a network is needed. */
async function missingCrds(admin: Admin): Promise<CustomResourceDefinition[]> {
  const there = await Promise.all(STORY_CRDS.map((thirdParty) => admin.get(crdNamed(FIRST[thirdParty]))));
  return loadCrds(STORY_CRDS.filter((_, index) => there[index] === null));
}

function crdNamed(name: string): Target & { readonly name: string } {
  return { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name };
}

async function removeNamespace(admin: Admin): Promise<void> {
  const namespace = { apiVersion: "v1", kind: "Namespace", name: DEMO };
  await admin.delete(namespace);
  await admin.waitFor(namespace, (object) => object === null, 120_000);
}
