/**
 * Who makes Certificates, all of the same issuer and with the same kind of key.
 *
 * @module
 */
import { CERTIFICATES, ROUTES } from "../../integration/harness/objects.ts";
import { type RouteWorld, servedRoute } from "../harness/world.ts";
import { AUTHORITY } from "./authority.ts";
import { type Contender, gone, isOurs } from "./contenders.ts";

export const ISSUER = {
  "cert-manager.io/cluster-issuer": AUTHORITY,
  "cert-manager.io/private-key-algorithm": "ECDSA",
};
const INGRESSES = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };

export function certificateContenders(
  world: RouteWorld,
  namespaceOf: (name: string) => string,
): readonly Contender[] {
  const common = {
    what: "certificate",
    childOf: (name: string) => ({ ...CERTIFICATES, namespace: namespaceOf(name), name: `${name}-tls` }),
    begin: async () => {},
    end: (names: readonly string[]) => gone(world, CERTIFICATES, names),
  } as const;
  const ofRoutes = {
    ...common,
    object: (name: string) =>
      servedRoute({
        namespace: namespaceOf(name),
        name,
        annotations: { ...ISSUER, "traefik-cert-rotater.io/ignore": "external-dns" },
      }),
    target: (name: string) => ({ ...ROUTES, namespace: namespaceOf(name), name }),
  };
  return [
    {
      ...ofRoutes,
      name: "IngressRoute, this function through the source",
      side: "ours",
      delivery: "source",
      prefix: "ours-source",
      isOf: isOurs(world),
    },
    {
      ...ofRoutes,
      name: "IngressRoute, this function through a Broker",
      side: "ours",
      delivery: "broker",
      prefix: "ours-broker",
      isOf: isOurs(world),
    },
    {
      ...ofRoutes,
      name: "IngressRoute, a sink that reads the route and creates the Certificate",
      side: "floor",
      delivery: "raw",
      prefix: "raw",
      isOf: ({ userAgent }) => userAgent === "raw" || userAgent === "apiserver_receive_adapter",
    },
    {
      ...common,
      name: "Ingress, cert-manager's shim",
      side: "peer",
      delivery: "source",
      prefix: "shim",
      object: (name) => ({
        ...INGRESSES,
        metadata: { namespace: namespaceOf(name), name, annotations: ISSUER },
        spec: {
          tls: [{ hosts: [`${name}.example.com`], secretName: `${name}-tls` }],
          rules: [{ host: `${name}.example.com` }],
        },
      }),
      target: (name) => ({ ...INGRESSES, namespace: namespaceOf(name), name }),
      isOf: ({ userAgent }) => userAgent.includes("ingress-shim"),
    },
  ];
}
