/**
 * What a program that runs on the cluster needs: an account, its rights, a Deployment.
 *
 * @module
 */
import type { Manifest } from "../control-plane/admin.ts";

export interface AddOn {
  /** Of all its objects. */
  readonly name: string;
  readonly namespace: string;
  /** Of its pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** Rules of a ClusterRole of its own, or the name of one that there is. */
  readonly rights: readonly object[] | string;
  /** Of the pod; its account is added. */
  readonly spec: object;
  /** Pods; one unless given. */
  readonly replicas?: number;
}

const rbac = "rbac.authorization.k8s.io";

export function addOn({ name, namespace, labels, rights, spec, replicas = 1 }: AddOn): readonly Manifest[] {
  const apiVersion = `${rbac}/v1`;
  const own = typeof rights === "string" ? [] : [rights];
  const role = typeof rights === "string" ? rights : name;
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    ...own.map((rules) => ({ apiVersion, kind: "ClusterRole", metadata: { name }, rules })),
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { serviceAccountName: name, ...spec } },
      },
    },
  ];
}
