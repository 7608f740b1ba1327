/**
 * What the tests on the cluster need: the cluster, the product, its sources, the address of Traefik.
 *
 * @module
 */
import type { Admin } from "../../control-plane/admin.ts";
import type { AuditEntry, AuditMark } from "../../control-plane/audit-log.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import type { Release } from "../../integration/harness/release.ts";
import { type RunningSources, startSources } from "../../integration/harness/running-sources.ts";
import { findCluster } from "../host/node.ts";
import { clusterLookup } from "./dns.ts";
import { followPods, type ServicePods } from "./pods.ts";
import { installProduct, productUrl } from "./product.ts";
import { putToSleep } from "./sleep.ts";

export interface ClusterWorld {
  readonly cluster: Cluster;
  readonly admin: Admin;
  readonly release: Release;
  readonly sources: RunningSources;
  readonly pods: ServicePods;
  /** Waits until the function has no pod, see `putToSleep`. */
  asleep(): Promise<void>;
  /** What the function asked of the API server since the mark. */
  requests(since: AuditMark): Promise<AuditEntry[]>;
  stop(): Promise<void>;
}

/** Takes the cluster that runs (see global-setup.ts) and installs the product unless it is there. */
export async function enterCluster(): Promise<ClusterWorld> {
  const cluster = await findCluster();
  if (cluster === null) throw new Error("no cluster is running: npm run cluster -- up");
  const { admin, auditLog } = cluster;
  await publishTraefik(admin);
  const release = await installProduct(cluster);
  const pods = await followPods(admin, release.namespace, release.name);
  const sources = await startSources(cluster, release, productUrl, clusterLookup);
  return {
    cluster,
    admin,
    release,
    sources,
    pods,
    asleep: () => putToSleep(admin, release.namespace, release.name, pods),
    async requests(since) {
      return (await auditLog.entries(since)).filter(({ user }) => user === release.user);
    },
    async stop() {
      pods.stop();
      await sources.stop();
      admin.close();
    },
  };
}

/** Traefik's Service with the address of a load balancer: what DNS names point to. */
async function publishTraefik(admin: Admin): Promise<void> {
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
