/**
 * Waiting for Deployments to come and to go, and for namespaces to go.
 *
 * @module
 */
import type { Admin } from "../control-plane/admin.ts";

const target = (namespace: string, name: string) =>
  ({ apiVersion: "apps/v1", kind: "Deployment", namespace, name }) as const;

/** Waits until all replicas of the Deployment are available. */
export async function waitUntilAvailable(admin: Admin, namespace: string, name: string): Promise<void> {
  await admin.waitFor(
    target(namespace, name),
    (object) => {
      const status = object?.status as { replicas?: number; availableReplicas?: number } | undefined;
      return (status?.replicas ?? 0) > 0 && status?.availableReplicas === status?.replicas;
    },
    180_000,
  );
}

/** Deletes the Deployment and waits until its pods are gone too. */
export async function removeDeployment(admin: Admin, namespace: string, name: string): Promise<void> {
  await admin.delete(target(namespace, name), { propagation: "Foreground" });
  await admin.waitFor(target(namespace, name), (object) => object === null, 90_000);
}

/** Deletes the namespace and waits until all that was in it is gone too. */
export async function removeNamespace(admin: Admin, name: string): Promise<void> {
  const namespace = { apiVersion: "v1", kind: "Namespace", name };
  await admin.delete(namespace);
  await admin.waitFor(namespace, (object) => object === null, 90_000);
}
