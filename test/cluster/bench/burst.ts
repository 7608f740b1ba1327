/**
 * `npm run bench:burst [-- ROUNDS [MODE...]]`: three hundred routes at once on a real node, from no pod of the function to
 * all their children, in modes knative and keda, against a raw sink in pods of the same kind that does only what it
 * must. Both are behind the same fake of the ApiServerSource. Uses the cluster that runs, or brings one up for the run.
 *
 * @module
 */
import { loadavg } from "node:os";
import { childrenAppliedAt, openAuditTimes, type Sender } from "../../bench/audit-times.ts";
import { now } from "../../bench/processes.ts";
import { inPool } from "../../bench/progress.ts";
import { inTurn } from "../../bench/statistics.ts";
import { type Row, render } from "../../bench/table.ts";
import { routeManifest } from "../../bench/workload.ts";
import { mustGet } from "../../integration/harness/objects.ts";
import { type RunningSources, startSources } from "../../integration/harness/running-sources.ts";
import { clusterLookup } from "../harness/dns.ts";
import { functionPods, serveByKeda, serveByKnative, sinkOf } from "../harness/modes.ts";
import { followPods, ofService } from "../harness/pods.ts";
import { productUrl } from "../harness/product.ts";
import { putToSleep } from "../harness/sleep.ts";
import { type ClusterWorld, enterCluster } from "../harness/world.ts";
import { takeDown } from "../host/down.ts";
import { findCluster } from "../host/node.ts";
import { bringUp } from "../host/up.ts";
import { installKeda, removeKeda } from "../keda/install.ts";
import { applyScripts, createRawService, learnChildren, rawService, rawUrl, withScript } from "./raw-sink.ts";
import { residentWith } from "./resident.ts";

const ROUTES = 300;
const BAR = 1.3;

/** One side, asleep: its burst. */
type Burst = () => Promise<{
  readonly ms: number;
  readonly pods: number;
  /** Resident memory in MiB before, and of the container right after. */
  readonly asleep: number;
  readonly awake: number;
}>;

/** The command of the function's container, and the raw sink's. */
const COMMANDS = { "traefik-cert-rotater": "/app/serve.cjs", raw: "/sink/sink.cjs" };

/** With the memory of the containers of this kind before and after. */
async function weighed(sender: Sender, pods: { seen(): ReadonlySet<string> }, run: () => Promise<number>) {
  const asleep = await residentWith(COMMANDS[sender]);
  const before = pods.seen().size;
  const ms = await run();
  return { ms, pods: pods.seen().size - before, asleep, awake: await residentWith(COMMANDS[sender]) };
}

/** Milliseconds from the first POST until the API server has answered the last create of a child. */
async function burst(
  { admin, cluster }: ClusterWorld,
  sources: RunningSources,
  sender: Sender,
): Promise<number> {
  const times = openAuditTimes(cluster.auditLogPath);
  const namespaces: string[] = [];
  await inPool(Array.from({ length: ROUTES }), 32, async () => {
    namespaces.push(await admin.createNamespace("burst"));
  });
  const mark = await times.mark();
  const startedAt = now();
  await inPool(namespaces, 64, async (name) => void (await admin.create(routeManifest(name, "web"))));
  for (const name of namespaces) {
    const of = `/namespaces/${name}/ingressroutes/web`;
    const { outcome } = await sources.delivery(({ subject }) => subject.endsWith(of));
    if (outcome !== "delivered") throw new Error(`the event of ${name}/web was ${outcome}`);
  }
  return childrenAppliedAt(await times.requests(sender, mark), 2 * ROUTES) - startedAt;
}

async function byKnative(world: ClusterWorld, input: string) {
  const { admin, cluster, release, pods } = world;
  await createRawService(admin, input);
  const rawPods = await followPods(admin, rawService.namespace, ofService(rawService.name));
  const side =
    (url: string, sender: Sender, service: string, its: typeof pods): Burst =>
    async () => {
      await putToSleep(admin, release.namespace, service, its);
      const sources = await startSources(cluster, release, url, clusterLookup);
      try {
        return await weighed(sender, its, () => burst(world, sources, sender));
      } finally {
        await sources.stop();
      }
    };
  return {
    ours: side(productUrl, "traefik-cert-rotater", release.name, pods),
    raw: side(rawUrl, "raw", rawService.name, rawPods),
    stop: async () => {
      rawPods.stop();
      await admin.delete(rawService);
    },
  };
}

async function byKeda(world: ClusterWorld, input: string) {
  const { admin, cluster, release } = world;
  await installKeda(admin);
  await (await serveByKeda(world)).stop();
  const url = await sinkOf(release);
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: release.namespace,
    name: release.name,
  } as const;
  const { template } = (await mustGet(admin, deployment)).spec as {
    template: Parameters<typeof withScript>[0];
  };
  const templates = { raw: withScript(template, input), "traefik-cert-rotater": template };
  const pods = await followPods(admin, release.namespace, functionPods);
  const side =
    (sender: Sender): Burst =>
    async () => {
      await pods.gone();
      await admin.patch(deployment, { spec: { template: templates[sender] } });
      const sources = await startSources(cluster, release, url, clusterLookup);
      try {
        return await weighed(sender, pods, () => burst(world, sources, sender));
      } finally {
        await sources.stop();
      }
    };
  return {
    ours: side("traefik-cert-rotater"),
    raw: side("raw"),
    stop: async () => {
      pods.stop();
      await serveByKnative(world);
      await removeKeda(admin);
    },
  };
}

const WAYS = { knative: byKnative, keda: byKeda };

async function measure(
  world: ClusterWorld,
  mode: keyof typeof WAYS,
  input: string,
  rounds: number,
): Promise<Row> {
  const { ours, raw, stop } = await WAYS[mode](world, input);
  try {
    const samples = await inTurn(rounds, { raw, ours }, (round) =>
      console.error(`mode ${mode}, round ${round} of ${rounds}; load ${loadavg()[0]?.toFixed(1)}`),
    );
    const podsOf = (side: typeof samples.ours) => side.map(({ pods }) => pods).join(", ");
    return {
      what: `${ROUTES} routes at once, mode ${mode}, from no pod to all children`,
      unit: "ms",
      ours: samples.ours.map(({ ms }) => ms),
      raw: samples.raw.map(({ ms }) => ms),
      bar: { kind: "ratio", atMost: BAR },
      memory: samples.ours.map(({ awake }) => awake),
      note:
        `pods of the function ${podsOf(samples.ours)}; of the raw sink ${podsOf(samples.raw)}. ` +
        `Resident at rest: ${samples.ours.map(({ asleep }) => asleep.toFixed(0)).join(", ")} MiB.`,
    };
  } finally {
    await stop();
  }
}

async function bench(rounds: number, modes: readonly (keyof typeof WAYS)[]): Promise<void> {
  const world = await enterCluster();
  try {
    const input = await learnChildren(world.cluster, world.sources);
    await world.sources.stop();
    await applyScripts(world.admin);
    for (const mode of modes) console.log(render([await measure(world, mode, input, rounds)]));
  } finally {
    world.pods.stop();
    world.admin.close();
  }
}

const [rounds = "2", ...chosen] = process.argv.slice(2);
const modes = (["knative", "keda"] as const).filter((mode) => chosen.length === 0 || chosen.includes(mode));
const running = await findCluster();
try {
  if (running === null) {
    await takeDown();
    (await bringUp()).admin.close();
  }
  await bench(Number(rounds), modes);
} finally {
  if (running === null) await takeDown();
}
process.exit();
