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
import { type FollowedPods, followPods, ofService } from "./pods.ts";
import { installProduct, productUrl } from "./product.ts";
import { putToSleep } from "./sleep.ts";
import { publishTraefik } from "./traefik.ts";

export interface ClusterWorld {
  readonly cluster: Cluster;
  readonly admin: Admin;
  readonly release: Release;
  readonly sources: RunningSources;
  readonly pods: FollowedPods;
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
  const pods = await followPods(admin, release.namespace, ofService(release.name));
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
