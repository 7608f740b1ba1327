/**
 * The gateway stand-in on the cluster, in the namespace of one of the real ones, which the chart lets in by default.
 *
 * @module
 */
import type { Manifest } from "../../control-plane/admin.ts";
import { gatewayImage } from "./image.ts";

const namespace = "kourier-system";
const name = "gateway";
const labels = { app: name };
const port = 8080;
const rbac = "rbac.authorization.k8s.io";
const networking = "networking.internal.knative.dev";

/** What every Knative Service's name leads to in the cluster's DNS. */
export const gatewayHost = `${name}.${namespace}.svc.cluster.local`;

export const gatewayManifests: readonly Manifest[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name },
    rules: [
      { apiGroups: [""], resources: ["services"], verbs: ["get"] },
      { apiGroups: [networking], resources: ["ingresses"], verbs: ["list", "watch"] },
      { apiGroups: [networking], resources: ["ingresses/status"], verbs: ["patch"] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name,
              image: gatewayImage,
              env: [
                { name: "GATEWAY_HOST", value: gatewayHost },
                { name: "PORT", value: String(port) },
              ],
              readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: port }] },
  },
];
