/**
 * A cluster of ten thousand routes: what the first resync of it takes, one that finds nothing to do from zero, and the
 * cold start for one new route there, alone in its namespace or among a thousand.
 *
 * @module
 */
import { join } from "node:path";
import { isWrite } from "../audit-times.ts";
import type { Bench } from "../bench.ts";
import { now, runScript, startFunction } from "../processes.ts";
import { inPool } from "../progress.ts";
import { learn, type Replay } from "../replay.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { wakeFunction, wakeScript } from "../wakes.ts";
import { LIST_PATHS, RESYNC_EVENT, routeManifest } from "../workload.ts";
import { converge, resync } from "./resync.ts";

const ROUTES = 10_000;
const CROWD = 1_000;
/** What `kn event send` waits for its answer. */
const KN_DEADLINE_MS = 10_000;
const lists = join(import.meta.dirname, "../raw/lists.cjs");

export async function largeRows(bench: Bench): Promise<Row[]> {
  const replay = await learn(bench, "add");
  const small = await coldStarts(bench, replay, null);
  await bench.routes(ROUTES);
  const rows = [...(await firstResync(bench)), ...(await resyncFromZero(bench))];
  await makeCrowd(bench);
  const large = await coldStarts(bench, replay, CROWDED);
  return [...rows, ...coldStartRows(small, large)];
}

/** Sent as `kn event send` does, which hangs up after ten seconds; then again, to see when it is over. */
async function firstResync(bench: Bench): Promise<Row[]> {
  const mark = await bench.times.mark();
  const ours = await startFunction(bench.folder, bench.env);
  const progress = bench.startProgress(`first resync of ${ROUTES} routes`);
  try {
    const answer = await sendAsKn(ours.port);
    await resync(ours);
    const milliseconds = now() - ours.startedAt;
    const requests = await bench.times.requests("traefik-cert-rotater", mark);
    const writes = requests.filter((request) => isWrite(request) && request.resource !== "events").length;
    return [
      {
        what: `first resync of ${ROUTES} routes, from zero`,
        unit: "ms",
        ours: [milliseconds],
        raw: null,
        bar: null,
        memory: [await ours.peakMemory()],
        note: `${writes} children were written; whoever waits ten seconds was answered: ${answer}. It went on. The memory is the most there was.`,
      },
    ];
  } finally {
    progress.end();
    await ours.stop();
  }
}

async function sendAsKn(port: number): Promise<string> {
  const headers = {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": "kn",
    "ce-source": "kn-event/v1.23.0",
    "ce-type": RESYNC_EVENT.type,
  };
  const signal = AbortSignal.timeout(KN_DEADLINE_MS);
  try {
    const body = JSON.stringify(RESYNC_EVENT.data);
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body, signal });
    return String(status);
  } catch (error) {
    if (!signal.aborted) throw error;
    return "no";
  }
}

async function resyncFromZero(bench: Bench): Promise<Row[]> {
  const progress = bench.startProgress(`resync of ${ROUTES} routes from zero`);
  const samples = await inTurn(
    bench.repetitions,
    {
      ours: async () => {
        const ours = await startFunction(bench.folder, bench.env);
        await resync(ours);
        const milliseconds = now() - ours.startedAt;
        const memory = await ours.peakMemory();
        await ours.stop();
        return { milliseconds, memory };
      },
      raw: async () => {
        const startedAt = await runScript(lists, LIST_PATHS, bench.bareEnv);
        return { milliseconds: now() - startedAt, memory: 0 };
      },
    },
    (done) => progress.tell(done, bench.repetitions),
  );
  progress.end();
  return [
    {
      what: `resync of ${ROUTES} routes that have their children: process start to answer`,
      unit: "ms",
      ours: samples.ours.map(({ milliseconds }) => milliseconds),
      raw: samples.raw.map(({ milliseconds }) => milliseconds),
      bar: { kind: "limit", atMost: KN_DEADLINE_MS },
      memory: samples.ours.map(({ memory }) => memory),
    },
  ];
}

const CROWDED = "cold-crowd";
/** As row wake has it, and what counts as no slower. */
const [WAKE, CONSTANT] = [2, 1.1];

async function makeCrowd(bench: Bench): Promise<void> {
  const { admin } = bench;
  await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: CROWDED } });
  const names = Array.from({ length: CROWD }, (_, index) => `web-${index}`);
  await inPool(names, 32, async (name) => void (await admin.create(routeManifest(CROWDED, name))));
  await converge(bench);
}

type ColdStarts = Awaited<ReturnType<typeof coldStarts>>;

/** In namespaces of their own, and in a crowded one. */
async function coldStarts(
  bench: Bench,
  replay: (route: Awaited<ReturnType<Bench["loneRoute"]>>) => Replay,
  crowded: string | null,
) {
  const progress = bench.startProgress("cold starts");
  let late = 0;
  const crowd = () =>
    crowded === null
      ? bench.loneRoute()
      : bench.admin.create(routeManifest(crowded, `late-${String(++late).padStart(4, "0")}`));
  const raw = async (route: ReturnType<Bench["loneRoute"]>) => {
    const { gets, applies, checkGets } = replay(await route);
    return wakeScript(bench, { reads: gets, applies, checks: checkGets });
  };
  const samples = await inTurn(
    bench.repetitions,
    {
      alone: async () => wakeFunction(bench, bench.env, await bench.loneRoute()),
      rawAlone: () => raw(bench.loneRoute()),
      crowd: async () => wakeFunction(bench, bench.env, await crowd()),
      rawCrowd: () => raw(crowd()),
    },
    (done) => progress.tell(done, bench.repetitions),
  );
  progress.end();
  return samples;
}

function coldStartRows(small: ColdStarts, large: ColdStarts): Row[] {
  const ms = (wakes: ColdStarts["alone"]) => wakes.map(({ milliseconds }) => milliseconds);
  const listening = (wakes: ColdStarts["alone"]) => wakes.map((wake) => wake.listening);
  const against = (
    what: string,
    ours: ColdStarts["alone"],
    raw: ColdStarts["alone"],
    atMost: number,
  ): Row => ({
    what,
    unit: "ms",
    ours: ms(ours),
    raw: ms(raw),
    bar: { kind: "ratio", atMost },
    memory: ours.map(({ memory }) => memory),
  });
  const what = "process start to both children";
  return [
    against(`${what} without other routes, against raw without lists`, small.alone, small.rawAlone, WAKE),
    against(`  the same, ${ROUTES} in the cluster`, large.alone, large.rawAlone, WAKE),
    against(`  the same, ${CROWD} in the namespace`, large.crowd, large.rawCrowd, WAKE),
    against(`${what}, ${ROUTES} in the cluster against none`, large.alone, small.alone, CONSTANT),
    against(`${what}, ${CROWD} in the namespace against none`, large.crowd, large.alone, CONSTANT),
    {
      ...against(
        `process start to listening, ${ROUTES} in the cluster against none`,
        large.alone,
        small.alone,
        CONSTANT,
      ),
      ours: listening(large.alone),
      raw: listening(small.alone),
    },
  ];
}
