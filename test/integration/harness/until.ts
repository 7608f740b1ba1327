/**
 * Waiting for what cannot be watched: how the API server's own caches of rights and policies have caught up.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Admin, Manifest } from "../../control-plane/admin.ts";
import { ApiError } from "../../control-plane/api-client.ts";

/** Asks again and again until it is so. Throws after `timeout` ms. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  timeout = 30_000,
): Promise<void> {
  const end = AbortSignal.timeout(timeout);
  while (!(await condition())) {
    if (end.aborted) throw new Error(`${what}: not so within ${timeout / 1_000} s`);
    await delay(20);
  }
}

/** Waits until the user may, or may not, do that: in all namespaces unless one is named. */
export async function untilAllowed(
  admin: Admin,
  user: string,
  resourceAttributes: { verb: string; group: string; resource: string; namespace?: string; name?: string },
  allowed: boolean,
): Promise<void> {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: {},
    spec: { user, resourceAttributes },
  };
  await until(`${user} ${allowed ? "may" : "may not"} ${JSON.stringify(resourceAttributes)}`, async () => {
    const { status } = await admin.create(review);
    return (status as { allowed: boolean }).allowed === allowed;
  });
}

/** Waits until the API server refuses to create the object, or no longer does. */
export async function untilRefused(admin: Admin, object: Manifest, refused = true): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const { namespace } = metadata;
  const path = await admin.resolver.path({ apiVersion, kind, namespace });
  await until(`${kind} ${refused ? "is refused" : "is accepted"}`, async () => {
    try {
      await admin.client.json({ method: "POST", path: `${path}?dryRun=All`, body: object });
      return !refused;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return refused;
    }
  });
}
