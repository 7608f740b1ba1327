/**
 * The Service behind which the ingress stand-in is, as a gateway's would be.
 *
 * @module
 */
import type { Manifest } from "../../control-plane/admin.ts";
import { addresses, ingressPort } from "../layout.ts";

const namespace = "ingress-stand-in";
const name = "gateway";

/** What every Knative Service's name leads to in the cluster's DNS. */
export const ingressHost = `${name}.${namespace}.svc.cluster.local`;

/** Namespace, Service, and its one endpoint: a program on the node. */
export const ingressManifests: readonly Manifest[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { ports: [{ name: "http", port: 80, targetPort: ingressPort }] },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ name: "http", port: ingressPort, protocol: "TCP" }],
    endpoints: [{ addresses: [addresses.node], conditions: { ready: true } }],
  },
];
