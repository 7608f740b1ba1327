/**
 * Renewals on demand.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { hasCondition, isReady } from "../../cluster/conditions.ts";
import type { Admin } from "../../control-plane/admin.ts";
import { CERTIFICATES } from "../../integration/harness/objects.ts";

/** Asks cert-manager for a renewal, as `cmctl renew` does, and waits until it is done. */
export async function renew(
  admin: Admin,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const target = { ...CERTIFICATES, namespace, name };
  // A renewal that is asked for while cert-manager still tidies up after the last one may never come.
  const before = revisionOf(await admin.waitFor(target, rests));
  const path = `${await admin.resolver.path(target)}/status?fieldManager=renew&force=true`;
  const issuing = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "asked for by hand",
    lastTransitionTime: new Date().toISOString(),
  };
  // The conditions are a map by type: an apply sets this one, whether it is there or not.
  const body = { ...CERTIFICATES, metadata: { namespace, name }, status: { conditions: [issuing] } };
  await admin.client.json({ method: "PATCH", path, body, contentType: "application/apply-patch+yaml" });
  await admin.waitFor(target, (object) => isReady(object) && revisionOf(object) > before);
}

/** Whether the certificate is issued, and nothing is left of how it was. */
export function rests(certificate: KubernetesObject | null): boolean {
  const { nextPrivateKeySecretName } = (certificate?.status ?? {}) as { nextPrivateKeySecretName?: string };
  return (
    isReady(certificate) && !hasCondition(certificate, "Issuing") && nextPrivateKeySecretName === undefined
  );
}

/** How often the certificate has been issued. */
export function revisionOf(certificate: KubernetesObject | null): number {
  return ((certificate?.status ?? {}) as { revision?: number }).revision ?? 0;
}
