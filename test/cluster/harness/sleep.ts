/**
 * Scale to zero without the wait at its end.
 *
 * @module
 */
import type { Admin } from "../../control-plane/admin.ts";
import { type FollowedPods, ofService } from "./pods.ts";

/**
 * Waits until Knative itself has scaled the Service's newest revision to zero, so that the activator takes the next
 * request, then ends the pods at once. They would have waited, with no request led to them any more, for the 30 s that
 * queue-proxy gives other components to learn of their end.
 */
export async function putToSleep(
  admin: Admin,
  namespace: string,
  service: string,
  pods: FollowedPods,
): Promise<void> {
  const kind = { apiVersion: "apps/v1", kind: "Deployment", namespace } as const;
  const deployments = await admin.list(kind, { labelSelector: ofService(service) });
  for (const { metadata } of deployments)
    await admin.waitFor(
      { ...kind, name: metadata.name },
      (object) => (object?.spec as { replicas?: number } | undefined)?.replicas === 0,
      150_000,
    );
  await Promise.all(pods.now().map(({ metadata }) => endNow(admin, namespace, metadata.name)));
  await pods.gone();
}

async function endNow(admin: Admin, namespace: string, name: string): Promise<void> {
  const path = await admin.resolver.path({ apiVersion: "v1", kind: "Pod", namespace, name });
  // One second: with zero the object would go at once, and the containers some time later.
  const body = { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 1 };
  await admin.client.json({ method: "DELETE", path, body }).catch((error: { status?: number }) => {
    if (error.status !== 404) throw error;
  });
}
