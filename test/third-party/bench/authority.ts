/**
 * A certificate authority in the cluster, which signs at once.
 *
 * @module
 */
import { isReady } from "../../cluster/conditions.ts";
import type { Admin } from "../../control-plane/admin.ts";

export const AUTHORITY = "bench-authority";
const namespace = "cert-manager";
const issuer = { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer" } as const;
const certificate = { apiVersion: "cert-manager.io/v1", kind: "Certificate", namespace, name: AUTHORITY };

/** Makes the ClusterIssuer of that name and waits until it signs. */
export async function applyAuthority(admin: Admin): Promise<void> {
  await admin.apply({ ...issuer, metadata: { name: "self-signed" }, spec: { selfSigned: {} } });
  const { apiVersion, kind } = certificate;
  await admin.apply({
    apiVersion,
    kind,
    metadata: { namespace, name: AUTHORITY },
    spec: {
      isCA: true,
      commonName: AUTHORITY,
      secretName: AUTHORITY,
      privateKey: { algorithm: "ECDSA", size: 256 },
      issuerRef: { kind: "ClusterIssuer", name: "self-signed" },
    },
  });
  await admin.waitFor(certificate, isReady);
  await admin.apply({ ...issuer, metadata: { name: AUTHORITY }, spec: { ca: { secretName: AUTHORITY } } });
  await admin.waitFor({ ...issuer, name: AUTHORITY }, isReady);
}
