/**
 * Installs what was published on a real node, which has to pull the image.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crane, startRegistry } from "../../../tools/release/crane.ts";
import type { Released } from "../../../tools/release/release.ts";
import { platformPrograms, unbuiltPrograms } from "../../cluster/components.ts";
import { isReady } from "../../cluster/conditions.ts";
import { clusterLookup } from "../../cluster/harness/dns.ts";
import { knativeService, productUrl } from "../../cluster/harness/product.ts";
import { takeDown } from "../../cluster/host/down.ts";
import { findCluster } from "../../cluster/host/node.ts";
import { CannotRunHereError, requireNodeSupport } from "../../cluster/host/requirements.ts";
import { bringUp } from "../../cluster/host/up.ts";
import { addresses, registriesFolder } from "../../cluster/layout.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import { installChart, RELEASE } from "./install.ts";
import { seeItWork } from "./work.ts";

/** Why there is no node here now, in one sentence; null where one can be started. */
export async function whyNoNode(): Promise<string | null> {
  try {
    await requireNodeSupport();
  } catch (error) {
    if (error instanceof CannotRunHereError) return error.message;
    throw error;
  }
  const unbuilt = await unbuiltPrograms(platformPrograms);
  if (unbuilt.length > 0) return `not built yet: ${unbuilt.join(", ")}; npm run test:cluster builds them`;
  return (await findCluster()) === null
    ? null
    : "a test cluster runs already; npm run cluster -- down ends it";
}

/**
 * Starts a node, lets it pull the image by its digest from a copy of the registry that it can reach, and awaits the
 * Certificate of a route. Returns what the node says that it runs.
 */
export async function installOnNode(
  released: Released,
  supervisor: Supervisor,
  report: (line: string) => void,
): Promise<string> {
  try {
    const cluster = await bringUp();
    try {
      const copy = await copyForNode(released, supervisor);
      const [, digest = ""] = released.image.split("@");
      await installChart(cluster, released, [`image.repository=${copy}`, `image.digest=${digest}`]);
      await cluster.admin.waitFor(knativeService, isReady, 180_000);
      const pulled = await pulledImages(cluster);
      report(`the node pulled ${pulled.join(", ")}`);
      if (!pulled.includes(`${copy}@${digest}`)) throw new Error(`the node did not pull ${copy}@${digest}`);
      await seeItWork(cluster, productUrl, clusterLookup);
      report("the function that it runs made the Certificate of a route");
      return digest;
    } finally {
      cluster.admin.close();
    }
  } finally {
    await takeDown();
  }
}

/** A registry at the machine's end of the cable to the node, with the same image; its name there. */
async function copyForNode({ image, names }: Released, supervisor: Supervisor): Promise<string> {
  const registry = await startRegistry(supervisor, addresses.machine);
  const folder = join(registriesFolder, registry);
  await mkdir(folder, { recursive: true });
  const host = `[host."http://${registry}"]\n  capabilities = ["pull", "resolve"]\n`;
  await writeFile(join(folder, "hosts.toml"), `server = "http://${registry}"\n${host}`);
  const copy = `${registry}/${names.image.split("/").slice(1).join("/")}`;
  await crane("copy", "--insecure", image, `${copy}@${image.split("@")[1]}`);
  return copy;
}

/** What the kubelet has reported to have pulled for the release. */
async function pulledImages({ admin }: Cluster): Promise<string[]> {
  const events = await admin.list({ apiVersion: "v1", kind: "Event", namespace: RELEASE });
  return events.flatMap((event) => {
    const { message } = event as { message?: string };
    const image = /^Successfully pulled image "([^"]+)"/.exec(message ?? "")?.[1];
    return image === undefined ? [] : [image];
  });
}
