/**
 * Whether the installed function does its work: a route gets its Certificate.
 *
 * @module
 */
import type { LookupFunction } from "node:net";
import { publishTraefik } from "../../cluster/harness/traefik.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { CERTIFICATES, ingressRoute } from "../../integration/harness/objects.ts";
import { existingRelease } from "../../integration/harness/release.ts";
import { startSources } from "../../integration/harness/running-sources.ts";
import { RELEASE } from "./install.ts";

/** Plays the sources, which send to `sink`, and awaits the Certificate of a route: at most a minute. */
export async function seeItWork(cluster: Cluster, sink: string, lookup?: LookupFunction): Promise<void> {
  const { admin } = cluster;
  await publishTraefik(admin);
  const release = existingRelease(cluster, { name: RELEASE, namespace: RELEASE, ingressClass: null });
  const sources = await startSources(cluster, release, sink, lookup);
  try {
    const namespace = await admin.createNamespace("rehearsal");
    await admin.apply(ingressRoute({ namespace, name: "first" }));
    await admin.waitFor(
      { ...CERTIFICATES, namespace, name: "first-tls" },
      (object) => object !== null,
      60_000,
    );
  } finally {
    await sources.stop();
  }
}
