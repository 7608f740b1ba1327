/**
 * The cluster's DNS: CoreDNS with names of Services only.
 *
 * @module
 */
import type { Manifest } from "../control-plane/admin.ts";
import { addOn } from "./add-on.ts";
import { imageOf } from "./images/platform.ts";
import { addresses } from "./layout.ts";

const namespace = "kube-system";
const name = "coredns";
const labels = { "k8s-app": "kube-dns" };

const corefile = `.:53 {
  errors
  health :8080
  kubernetes cluster.local in-addr.arpa {
    ttl 5
  }
  cache 5
}
`;

export const dnsManifests: readonly Manifest[] = [
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { Corefile: corefile } },
  ...addOn({
    name,
    namespace,
    labels,
    rights: [
      { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: ["list", "watch"] },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
    spec: {
      dnsPolicy: "Default",
      containers: [
        {
          name,
          image: imageOf("coredns"),
          args: ["-conf", "/etc/coredns/Corefile"],
          // Port 53, as everywhere: NetworkPolicies name the port of the pod.
          securityContext: { runAsUser: 0 },
          readinessProbe: { httpGet: { path: "/health", port: 8080 }, periodSeconds: 1 },
          volumeMounts: [{ name: "config", mountPath: "/etc/coredns" }],
        },
      ],
      volumes: [{ name: "config", configMap: { name } }],
    },
  }),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace },
    spec: {
      clusterIP: addresses.dnsService,
      selector: labels,
      ports: [
        { name: "dns", port: 53, targetPort: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, targetPort: 53, protocol: "TCP" },
      ],
    },
  },
];
