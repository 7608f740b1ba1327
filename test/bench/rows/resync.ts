/**
 * A resync that creates everything, against the same create-only applies and Events with as many in flight; and one
 * that finds nothing to do, against reading the three lists.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { isWrite } from "../audit-times.ts";
import type { Bench } from "../bench.ts";
import { type FunctionProcess, type RawProcess, startFunction, startRaw } from "../processes.ts";
import { inPool } from "../progress.ts";
import { type RawRequest, replayOf } from "../replay.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { LIST_PATHS, RESYNC_EVENT, writtenCollections } from "../workload.ts";

const CREATED_ROUTES = 1_000;
const CONVERGED_ROUTES = 5_000;
/** A resync works on 16 routes at once, each with both children side by side. */
const IN_FLIGHT = 32;
const PAGE_SIZE = 500;

export async function resyncCreateRows(bench: Bench): Promise<Row[]> {
  const routes = await bench.routes(CREATED_ROUTES);
  const ours = await startFunction(bench.folder, bench.env);
  const requests = await learnWrites(bench, ours);
  const raw = await startRaw(bench.bareEnv);
  const progress = bench.startProgress(`children of ${CREATED_ROUTES} routes by resync`);
  try {
    const samples = await inTurn(
      bench.repetitions,
      {
        ours: async () => {
          await removeWritten(bench, routes);
          const mark = await bench.times.mark();
          const milliseconds = await resync(ours);
          const sent = await bench.times.requests("traefik-cert-rotater", mark);
          expectWrites(sent.filter(isWrite).length, requests.length);
          return { milliseconds, memory: await ours.memory() };
        },
        raw: async () => {
          await removeWritten(bench, routes);
          const { startedAt, endedAt } = await raw.run("pooled", { requests, inFlight: IN_FLIGHT });
          return { milliseconds: endedAt - startedAt, memory: 0 };
        },
      },
      (done) => progress.tell(done, bench.repetitions),
    );
    return [
      {
        what: `children of ${CREATED_ROUTES} routes by resync`,
        unit: "ms",
        ours: samples.ours.map(({ milliseconds }) => milliseconds),
        raw: samples.raw.map(({ milliseconds }) => milliseconds),
        bar: { kind: "ratio", atMost: 1.3 },
        memory: samples.ours.map(({ memory }) => memory),
      },
    ];
  } finally {
    progress.end();
    await ours.stop();
    await raw.stop();
  }
}

/** What the function writes where nothing is there: for every route two children and one Event. */
async function learnWrites(bench: Bench, ours: FunctionProcess): Promise<readonly RawRequest[]> {
  const mark = await bench.times.mark();
  await resync(ours);
  const sent = await bench.times.requests("traefik-cert-rotater", mark);
  const { applies, events } = await replayOf(bench, sent);
  const own = ({ path }: RawRequest) => path.includes("/namespaces/team-");
  const writes = [...applies, ...events].filter(own);
  expectWrites(writes.length, CREATED_ROUTES * 3);
  return writes;
}

export async function resyncConvergedRows(bench: Bench): Promise<Row[]> {
  await bench.routes(CONVERGED_ROUTES);
  await converge(bench);
  const ours = await startFunction(bench.folder, bench.env);
  const raw = await startRaw(bench.bareEnv);
  const progress = bench.startProgress(`converged resync of ${CONVERGED_ROUTES} routes`);
  try {
    const mark = await bench.times.mark();
    const samples = await inTurn(
      bench.repetitions,
      {
        ours: async () => ({ milliseconds: await resync(ours), memory: await ours.memory() }),
        raw: async () => ({ milliseconds: await readLists(raw), memory: 0 }),
      },
      (done) => progress.tell(done, bench.repetitions),
    );
    const requests = await bench.times.requests("traefik-cert-rotater", mark);
    expectWrites(requests.filter(isWrite).length, 0);
    return [
      {
        what: `converged resync of ${CONVERGED_ROUTES} routes`,
        unit: "ms",
        ours: samples.ours.map(({ milliseconds }) => milliseconds),
        raw: samples.raw.map(({ milliseconds }) => milliseconds),
        bar: { kind: "ratio", atMost: 1.5 },
        memory: samples.ours.map(({ memory }) => memory),
      },
    ];
  } finally {
    progress.end();
    await ours.stop();
    await raw.stop();
  }
}

/** Has the function make what is missing. */
export async function converge(bench: Bench): Promise<void> {
  const progress = bench.startProgress("making the children");
  const ours = await startFunction(bench.folder, bench.env);
  await resync(ours);
  await ours.stop();
  progress.end();
}

/** How long a full resync takes, from sending its event to the answer. */
export async function resync(ours: FunctionProcess): Promise<number> {
  const { sentAt, answeredAt } = await ours.send(RESYNC_EVENT);
  return answeredAt - sentAt;
}

async function readLists(raw: RawProcess): Promise<number> {
  const input = { paths: LIST_PATHS, limit: PAGE_SIZE };
  const { startedAt, endedAt, result } = await raw.run("lists", input);
  for (const count of result as number[]) {
    if (count < CONVERGED_ROUTES)
      throw new Error(`a list has ${count} objects instead of ${CONVERGED_ROUTES}`);
  }
  return endedAt - startedAt;
}

/** Away with the children and their Events, so that they can be made again. */
async function removeWritten(bench: Bench, routes: readonly KubernetesObject[]): Promise<void> {
  const namespaces = new Set(routes.map(({ metadata }) => metadata.namespace ?? ""));
  const paths = [...namespaces].flatMap(writtenCollections);
  await inPool(paths, 16, async (path) => {
    await bench.admin.client.json({ method: "DELETE", path });
  });
}

function expectWrites(found: number, expected: number): void {
  if (found !== expected) throw new Error(`${found} writes instead of ${expected}, by the audit log`);
}
