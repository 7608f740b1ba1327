/**
 * The objects and events of the bench.
 *
 * @module
 */
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";

export const INSTANCE = "bench/bench";

/** Traefik's own Service, which every DNSEndpoint points at. */
export const TRAEFIK_SERVICE = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "traefik", namespace: "traefik" },
  spec: { type: "LoadBalancer", ports: [{ port: 443 }] },
};
export const TRAEFIK_STATUS = { loadBalancer: { ingress: [{ ip: "192.0.2.10" }] } };

export function routeManifest(namespace: string, name: string) {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace, name },
    spec: {
      entryPoints: ["websecure"],
      routes: [
        {
          kind: "Rule",
          match: `Host(\`${name}.${namespace}.example.com\`) && PathPrefix(\`/\`)`,
          services: [{ name: "web", port: 80 }],
        },
      ],
      tls: { secretName: `${name}-tls` },
    },
  };
}

/** What the source sends for a route in reference mode. */
export function routeEvent(route: KubernetesObject, change: "add" | "update") {
  const { namespace = "", name } = route.metadata;
  return {
    type: `dev.knative.apiserver.ref.${change}`,
    subject: `/apis/traefik.io/v1alpha1/namespaces/${namespace}/ingressroutes/${name}`,
    data: { apiVersion: route.apiVersion, kind: route.kind, namespace, name },
  };
}

export const RESYNC_EVENT = { type: "io.traefik-cert-rotater.resync", data: {} };

const ours = "labelSelector=kubernetes.io/managed-by%3DTraefik-cert-rotater";

/** The three lists that a resync compares. */
export const LIST_PATHS = [
  "/apis/traefik.io/v1alpha1/ingressroutes",
  `/apis/cert-manager.io/v1/certificates?${ours}`,
  `/apis/externaldns.k8s.io/v1alpha1/dnsendpoints?${ours}`,
];

/** Collections to be emptied so that everything in a namespace can be written again. */
export function writtenCollections(namespace: string): string[] {
  return [
    `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates`,
    `/apis/externaldns.k8s.io/v1alpha1/namespaces/${namespace}/dnsendpoints`,
    `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
  ];
}
