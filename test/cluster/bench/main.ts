/**
 * `npm run bench:wake [-- SAMPLES [NAME...]]`: the wake from zero on a real node, side by side with what is least
 * possible and with what is usual. Uses the cluster that runs, or brings one up for the run.
 *
 * Each round takes one sample of every variant, in an order that moves on by one each round. Between rounds Knative
 * itself scales everything to zero (`stable-window` 10 s, `scale-to-zero-grace-period` 6 s, as the test cluster is
 * configured); only the 30 s for which queue-proxy holds a pod that gets no requests any more are cut short.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../../control-plane/cluster.ts";
import { type FollowedPods, followPods, ofService } from "../harness/pods.ts";
import { installProduct, knativeService } from "../harness/product.ts";
import { putToSleep } from "../harness/sleep.ts";
import { publishTraefik } from "../harness/traefik.ts";
import { takeDown } from "../host/down.ts";
import { findCluster } from "../host/node.ts";
import { bringUp } from "../host/up.ts";
import { importImages } from "../images/import.ts";
import { median, report } from "./report.ts";
import { type Sample, takeSample } from "./sample.ts";
import {
  bare,
  benchArchives,
  createVariants,
  deleteVariants,
  ours,
  type Variant,
  variants,
} from "./variants.ts";

/** Our bar: at most so much above the bare server. */
const bar = 1.15;

type Samples = ReadonlyMap<Variant, Sample[]>;

async function measure(
  cluster: Cluster,
  count: number,
  chosen: readonly Variant[],
  samples: Samples,
): Promise<void> {
  const { admin } = cluster;
  const { namespace } = knativeService;
  const pods = new Map<Variant, FollowedPods>();
  for (const variant of chosen)
    pods.set(variant, await followPods(admin, namespace, ofService(variant.name)));
  const routes = await admin.createNamespace("bench");
  for (let round = 0; round <= count; round++) {
    await Promise.all([...pods].map(([{ name }, its]) => putToSleep(admin, namespace, name, its)));
    // Let the kubelet finish its cleaning up.
    await delay(2_000);
    for (const index of chosen.keys()) {
      const variant = chosen[(index + round) % chosen.length];
      if (variant === undefined) continue;
      const sample = await takeSample(cluster, variant, routes, `${variant.name}-${round}`);
      // The first round fills the page cache.
      if (round > 0) samples.get(variant)?.push(sample);
    }
    const latest = chosen.map(
      (variant) => `${variant.name} ${samples.get(variant)?.at(-1)?.done.toFixed(0) ?? "-"}`,
    );
    console.error(`round ${round} of ${count}: ${latest.join(", ")} ms; load ${loadavg()[0]?.toFixed(1)}`);
  }
  for (const its of pods.values()) its.stop();
}

async function bench(cluster: Cluster, count: number, chosen: readonly Variant[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    await importImages(await benchArchives(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await publishTraefik(cluster.admin);
  await installProduct(cluster);
  await createVariants(cluster.admin);
  const samples: Samples = new Map(chosen.map((variant) => [variant, []]));
  try {
    await measure(cluster, count, chosen, samples);
  } finally {
    // What has been measured counts, even if a later round fails.
    console.log(report(samples));
  }
  await deleteVariants(cluster.admin);
  const [mine, least] = [ours, bare].map((variant) => (samples.get(variant) ?? []).map(({ done }) => done));
  if (!mine?.length || !least?.length) return;
  const ratio = median(mine) / median(least);
  console.log(`\nthe function / bare node:http: ${ratio.toFixed(2)} (bar: at most ${bar})`);
}

const [count = "15", ...names] = process.argv.slice(2);
const chosen = variants.filter(({ name }) => names.length === 0 || names.includes(name));
const running = await findCluster();
try {
  if (running === null) await takeDown();
  await bench(running ?? (await bringUp()), Number(count), chosen);
} finally {
  if (running === null) await takeDown();
}
process.exit();
