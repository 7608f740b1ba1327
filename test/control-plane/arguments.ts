/**
 * The command lines of the control plane's programs.
 *
 * @module
 */
import { join } from "node:path";

export interface Layout {
  readonly folder: string;
  readonly bindAddress: string;
  readonly port: number;
  readonly auditLog: boolean;
  readonly controllerManager: boolean;
}

/** etcd speaks over a socket in the folder: no port that somebody else could have, and no other user reads it. */
const etcdSocket = (folder: string) => `unix://${join(folder, "etcd.sock")}`;

export function etcdArgs({ folder }: Layout): string[] {
  return [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${etcdSocket(folder)}`,
    `--listen-peer-urls=unix://${join(folder, "etcd-peer.sock")}`,
    // Must look like host and port; nobody uses it.
    "--advertise-client-urls=http://localhost:2379",
    // The data need not survive the machine.
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

export function apiServerArgs({ folder, bindAddress, port, auditLog, controllerManager }: Layout): string[] {
  const file = (name: string) => join(folder, name);
  return [
    `--etcd-servers=${etcdSocket(folder)}`,
    `--bind-address=${bindAddress}`,
    `--secure-port=${port}`,
    // For the endpoints of Service kubernetes, which must not be loopback; an address for documentation (RFC 5737).
    "--advertise-address=192.0.2.1",
    "--endpoint-reconciler-type=none",
    "--service-cluster-ip-range=10.96.0.0/16",
    `--tls-cert-file=${file("apiserver.crt")}`,
    `--tls-private-key-file=${file("apiserver.key")}`,
    `--client-ca-file=${file("ca.crt")}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("service-accounts.pub")}`,
    `--service-account-signing-key-file=${file("service-accounts.key")}`,
    // The many tests that share one server must not wait for each other.
    "--max-requests-inflight=800",
    "--max-mutating-requests-inflight=400",
    // Without it the server waits a minute for clients to end their watches.
    "--shutdown-watch-termination-grace-period=1s",
    ...(controllerManager ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ...(auditLog
      ? [
          `--audit-policy-file=${file("audit-policy.json")}`,
          `--audit-log-path=${file("audit.log")}`,
          // An entry is written before the answer ends, so that a test that has the answer finds the entry.
          "--audit-log-mode=blocking",
          // No rotation: positions in the file are used as marks.
          "--audit-log-maxsize=0",
        ]
      : []),
  ];
}

export function controllerManagerArgs({ folder }: Layout): string[] {
  return [
    `--kubeconfig=${join(folder, "controller-manager.kubeconfig")}`,
    "--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller",
    "--leader-elect=false",
    "--secure-port=0",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--concurrent-namespace-syncs=20",
  ];
}

/**
 * Who did what to which object, once per request. A create has no name in its URL, so its body is kept too; not for
 * kinds that hold credentials.
 */
export const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived", "ResponseStarted"],
  rules: [
    { level: "None", users: ["system:apiserver"] },
    { level: "None", nonResourceURLs: ["/readyz*", "/livez*", "/healthz*", "/openapi/*"] },
    {
      level: "Metadata",
      resources: [
        { group: "", resources: ["secrets", "serviceaccounts/token"] },
        { group: "authentication.k8s.io" },
        { group: "apiextensions.k8s.io" },
      ],
    },
    { level: "Request", verbs: ["create"] },
    { level: "Metadata" },
  ],
};
