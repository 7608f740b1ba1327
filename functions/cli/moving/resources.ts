/**
 * Kinds that only a move looks at.
 *
 * @module
 */
import type { ResourceDefinition } from "../../kubernetes/objects.ts";

export const INGRESSES: ResourceDefinition = {
  group: "networking.k8s.io",
  version: "v1",
  plural: "ingresses",
  kind: "Ingress",
};
export const DEPLOYMENTS: ResourceDefinition = {
  group: "apps",
  version: "v1",
  plural: "deployments",
  kind: "Deployment",
};
export const CLUSTER_ISSUERS: ResourceDefinition = {
  group: "cert-manager.io",
  version: "v1",
  plural: "clusterissuers",
  kind: "ClusterIssuer",
};
export const SERVICES: ResourceDefinition = {
  group: "",
  version: "v1",
  plural: "services",
  kind: "Service",
};
