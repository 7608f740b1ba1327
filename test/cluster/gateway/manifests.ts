/**
 * The gateway fake on the cluster, in the namespace of one of the real ones, which the chart lets in by default.
 *
 * @module
 */
import type { Manifest } from "../../control-plane/admin.ts";
import { addOn } from "../add-on.ts";
import { gatewayImage } from "./image.ts";

const namespace = "kourier-system";
const name = "gateway";
const labels = { app: name };
const port = 8080;
const networking = "networking.internal.knative.dev";

/** What every Knative Service's name leads to in the cluster's DNS. */
export const gatewayHost = `${name}.${namespace}.svc.cluster.local`;

export const gatewayManifests: readonly Manifest[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  ...addOn({
    name,
    namespace,
    labels,
    rights: [
      { apiGroups: [""], resources: ["services"], verbs: ["get"] },
      { apiGroups: [networking], resources: ["ingresses"], verbs: ["list", "watch"] },
      { apiGroups: [networking], resources: ["ingresses/status"], verbs: ["patch"] },
    ],
    spec: {
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
  }),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: port }] },
  },
];
