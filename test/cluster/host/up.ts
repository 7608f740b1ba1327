/**
 * Brings the whole cluster up: node, images, DNS, Knative Serving.
 *
 * @module
 */
import type { Cluster } from "../../control-plane/cluster.ts";
import { loadCrds } from "../../control-plane/crds.ts";
import { startProgress } from "../../control-plane/progress.ts";
import { findPrograms, platformPrograms, podPrograms } from "../components.ts";
import { waitUntilAvailable } from "../deployments.ts";
import { dnsManifests } from "../dns.ts";
import { gatewayArchive } from "../gateway/image.ts";
import { gatewayManifests } from "../gateway/manifests.ts";
import { importImages } from "../images/import.ts";
import { platformArchives } from "../images/platform.ts";
import { installServing } from "../knative/install.ts";
import { readServingManifests } from "../knative/manifests.ts";
import { startNode } from "./node.ts";
import { installPackages, requireNodeSupport } from "./requirements.ts";

/** What has to be made once and is then kept: programs, images, manifests. */
async function prepare() {
  await requireNodeSupport();
  await installPackages();
  await findPrograms(platformPrograms);
  const archives = await reported("images of the platform", () => platformArchives(podPrograms));
  archives.push(await reported("image of the gateway", gatewayArchive));
  return { archives, serving: await readServingManifests(), crds: await loadCrds() };
}

/** Throws if a step fails: then `takeDown` removes what is there. */
export async function bringUp(): Promise<Cluster> {
  const { archives, serving, crds } = await prepare();
  const cluster = await reported("node", startNode);
  const { admin } = cluster;
  await reported("importing images", () => importImages(archives));
  await reported("DNS, gateway and the third parties' kinds", async () => {
    // Those of Serving come with Serving.
    await admin.applyCrds(crds.filter(({ spec }) => spec.group !== "serving.knative.dev"));
    for (const object of [...dnsManifests, ...gatewayManifests]) await admin.apply(object);
    await waitUntilAvailable(admin, "kube-system", "coredns");
    await waitUntilAvailable(admin, "kourier-system", "gateway");
  });
  await reported("Knative Serving", () => installServing(admin, serving));
  return cluster;
}

async function reported<T>(what: string, work: () => Promise<T>): Promise<T> {
  const end = startProgress(what);
  try {
    const result = await work();
    end("done");
    return result;
  } catch (error) {
    end("failed");
    throw error;
  }
}
