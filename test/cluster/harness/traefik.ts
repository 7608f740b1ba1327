/**
 * Where DNS names point to.
 *
 * @module
 */
import type { Admin } from "../../control-plane/admin.ts";

/** Traefik's Service with the address of a load balancer: what DNS names point to. */
export async function publishTraefik(admin: Admin): Promise<void> {
  const service = { apiVersion: "v1", kind: "Service", namespace: "traefik", name: "traefik" } as const;
  const { apiVersion, kind, ...metadata } = service;
  await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "traefik" } });
  await admin.apply({
    apiVersion,
    kind,
    metadata: { ...metadata, labels: { "app.kubernetes.io/name": "traefik" } },
    spec: { type: "LoadBalancer", ports: [{ name: "web", port: 80 }] },
  });
  const loadBalancer = { ingress: [{ ip: "203.0.113.10" }] };
  await admin.patch(service, { status: { loadBalancer } }, { subresource: "status" });
}
