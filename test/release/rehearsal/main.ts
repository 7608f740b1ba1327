/**
 * `npm run release:rehearse`: a whole release against a registry on loopback. Ends with 0 only if what was pushed could be
 * verified, pulled and installed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { dockerBuilder, type ImageBuilder } from "../../../tools/release/builder.ts";
import { crane, startRegistry } from "../../../tools/release/crane.ts";
import { RefusedError } from "../../../tools/release/refused.ts";
import { type Released, release } from "../../../tools/release/release.ts";
import type { Cluster } from "../../control-plane/cluster.ts";
import { GoToolError } from "../../control-plane/go-tools.ts";
import { type Supervisor, startSupervisor } from "../../control-plane/supervised.ts";
import { findOldestNode } from "../../oldest-node/oldest-node.ts";
import { ownPlatform } from "../small-image.ts";
import { startContainer, stopContainer } from "./container.ts";
import { startContainerd, whyNoContainerd } from "./containerd.ts";
import { installedImage, onControlPlane } from "./install.ts";
import { localBuilder } from "./local-builder.ts";
import { installOnNode, whyNoNode } from "./node.ts";
import { type KeySigner, keySigner } from "./signer.ts";
import { seeItWork } from "./work.ts";

const USAGE = "usage: npm run release:rehearse [-- --platforms linux/amd64,linux/arm64]";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const begin = performance.now();
const report = (line: string) =>
  console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(7)}s  ${line}`);

async function rehearse(supervisor: Supervisor, platforms: readonly string[]): Promise<void> {
  const registry = await startRegistry(supervisor);
  report(`a registry on loopback: ${registry}`);
  const signer = await keySigner(await keyFolder(supervisor, "keys"));
  const released = await release({
    root,
    folder: join(supervisor.folder, "release"),
    platforms,
    home: `${registry}/rehearsal`,
    push: true,
    lenient: true,
    builder: await chooseBuilder(platforms),
    signer,
    supervisor,
    node: await findOldestNode(),
    report,
  });
  await look(released, signer);
  const stranger = await keySigner(await keyFolder(supervisor, "other-keys"));
  await assert.rejects(stranger.verify(released.image), "a signature holds for a key that did not make it");
  report("for another key it does not hold");
  await onControlPlane(released, async (cluster) => {
    const image = await installedImage(cluster);
    if (image !== `${released.names.image}:${released.version}`)
      throw new Error(`the chart that was installed from oci://${released.names.chart} runs ${image}`);
    report(`helm installed oci://${released.names.chart}: the function's image is ${image}`);
    const why = await whyNoContainerd();
    if (why === null) await runPulled(cluster, released, image, supervisor);
    else report(`left out, running the pulled image: ${why}`);
  });
  const why = await whyNoNode();
  if (why === null) await installOnNode(released, supervisor, report);
  else report(`left out, pulling by a real node: ${why}`);
}

/** What the chart names is pulled, is what was pushed, and does its work. */
async function runPulled(
  cluster: Cluster,
  { image: pushed }: Released,
  image: string,
  supervisor: Supervisor,
): Promise<void> {
  const containerd = await startContainerd(supervisor);
  try {
    const digest = await containerd.pull(image);
    if (!pushed.endsWith(`@${digest}`))
      throw new Error(`containerd pulled ${digest}, and ${pushed} was pushed`);
    report(`containerd pulled it: ${digest}`);
    const url = await startContainer(cluster, containerd, supervisor, image);
    await seeItWork(cluster, url);
    report("a container of it made the Certificate of a route");
    await stopContainer(supervisor);
  } finally {
    await containerd.stop();
  }
}

/** Docker where it works for these platforms. */
async function chooseBuilder(platforms: readonly string[]): Promise<ImageBuilder> {
  const docker = dockerBuilder(root);
  return (await docker.problems(platforms)).length === 0 ? docker : localBuilder;
}

async function keyFolder({ folder }: Supervisor, name: string): Promise<string> {
  const keys = join(folder, name);
  await mkdir(keys, { mode: 0o700 });
  return keys;
}

/** What the tags lead to, and whose signatures that has. */
async function look({ names, version, image, chart }: Released, signer: KeySigner): Promise<void> {
  for (const [name, reference] of [
    [names.image, image],
    [names.chart, chart],
  ] as const) {
    const found = `${name}@${await crane("digest", `${name}:${version}`)}`;
    if (found !== reference) throw new Error(`${name}:${version} is ${found}, and ${reference} was pushed`);
    await signer.verify(reference);
    report(`its signature holds: ${reference}`);
  }
}

function platformsWanted(): readonly string[] {
  try {
    const options = { platforms: { type: "string", default: ownPlatform } } as const;
    return parseArgs({ options }).values.platforms.split(",");
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
    process.exit(2);
  }
}

const platforms = platformsWanted();
const supervisor = await startSupervisor("tcr-rehearsal-");
try {
  await rehearse(supervisor, platforms);
  report("all of it was seen to happen");
} catch (error) {
  const told = error instanceof RefusedError ? error.problems : null;
  if (told === null && !(error instanceof GoToolError)) console.error(error);
  else for (const line of told ?? [String(error)]) console.error(`not released: ${line}`);
  process.exitCode = 1;
} finally {
  await supervisor.end();
}
