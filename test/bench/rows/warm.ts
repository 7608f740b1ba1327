/**
 * An event in a warm process, against the same requests over a warm pool of the same size.
 *
 * Ours is measured from sending the event over HTTP; raw in the raw process itself, without any way to it. The
 * children's ends are those of the API server's audit log, the answers' those of whoever got them.
 *
 * @module
 */
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { childrenAppliedAt } from "../audit-times.ts";
import type { Bench } from "../bench.ts";
import { type FunctionProcess, type RawProcess, startFunction, startRaw } from "../processes.ts";
import { learn, type Replay } from "../replay.ts";
import { sameRequests } from "../same-requests.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { routeEvent } from "../workload.ts";

/** Before measuring: the code is compiled by then and all sockets are open. */
const WARM_UP = 30;
/** One run is a few milliseconds: more of them cost little and steady the median. */
const RUNS_PER_REPETITION = 4;

export async function warmRows(bench: Bench): Promise<Row[]> {
  const ofAdd = await learn(bench, "add");
  const ofUpdate = await learn(bench, "update");
  const ours = await startFunction(bench.folder, bench.env);
  const raw = await startRaw(bench.bareEnv);
  const runs = bench.repetitions * RUNS_PER_REPETITION;
  try {
    const warmUp = bench.startProgress("warming up");
    await inTurn(WARM_UP, creations(bench, ours, raw, ofAdd), (done) => warmUp.tell(done, WARM_UP));
    warmUp.end();

    const creating = bench.startProgress("warm event to children applied");
    const created = await inTurn(runs, creations(bench, ours, raw, ofAdd), (done) =>
      creating.tell(done, runs),
    );
    creating.end();
    sameRequests(created.ours.at(-1)?.requests ?? [], created.raw.at(-1)?.requests ?? []);
    const createMemory = await ours.memory();

    const idling = bench.startProgress("warm event with nothing to do");
    const sides = await nothingToDo(bench, ours, raw, ofUpdate);
    await inTurn(WARM_UP, sides, () => {});
    const idle = await inTurn(runs, sides, (done) => idling.tell(done, runs));
    idling.end();

    const rows = { unit: "ms", bar: { kind: "ratio", atMost: 1.5 } } as const;
    return [
      {
        ...rows,
        what: "warm event to both children applied",
        ours: created.ours.map(({ applied }) => applied),
        raw: created.raw.map(({ applied }) => applied),
        memory: [createMemory],
      },
      {
        ...rows,
        what: "  the same to the answer, after the Kubernetes Event",
        ours: created.ours.map(({ answered }) => answered),
        raw: created.raw.map(({ answered }) => answered),
        bar: null,
        memory: [],
      },
      {
        ...rows,
        what: "  against raw without the lists",
        ours: created.ours.map(({ applied }) => applied),
        raw: created.withoutLists.map(({ applied }) => applied),
        bar: null,
        memory: [],
      },
      { ...rows, what: "warm event with nothing to do", ...idle, memory: [await ours.memory()] },
    ];
  } finally {
    await ours.stop();
    await raw.stop();
  }
}

function creations(
  bench: Bench,
  ours: FunctionProcess,
  raw: RawProcess,
  replay: (route: KubernetesObject) => Replay,
) {
  const { times } = bench;
  const rawRound = async (kind: "reads" | "gets") => {
    const route = await bench.loneRoute();
    const { [kind]: reads, applies, checks, events } = replay(route);
    const mark = await times.mark();
    const { startedAt, endedAt } = await raw.run("rounds", { reads, writes: applies, checks, after: events });
    const requests = await times.requests("raw", mark);
    return { applied: childrenAppliedAt(requests) - startedAt, answered: endedAt - startedAt, requests };
  };
  return {
    ours: async () => {
      const route = await bench.loneRoute();
      const mark = await times.mark();
      const { sentAt, answeredAt } = await ours.send(routeEvent(route, "add"));
      const requests = await times.requests("traefik-cert-rotater", mark);
      return { applied: childrenAppliedAt(requests) - sentAt, answered: answeredAt - sentAt, requests };
    },
    raw: () => rawRound("reads"),
    withoutLists: () => rawRound("gets"),
  };
}

async function nothingToDo(
  bench: Bench,
  ours: FunctionProcess,
  raw: RawProcess,
  replay: (route: KubernetesObject) => Replay,
) {
  const route = await bench.loneRoute();
  await ours.send(routeEvent(route, "add"));
  const mark = await bench.times.mark();
  await ours.send(routeEvent(route, "update"));
  const input = { reads: replay(route).reads, writes: [], checks: [], after: [] };
  await raw.run("rounds", input);
  sameRequests(
    await bench.times.requests("traefik-cert-rotater", mark),
    await bench.times.requests("raw", mark),
  );
  return {
    ours: async () => {
      const { sentAt, answeredAt } = await ours.send(routeEvent(route, "update"));
      return answeredAt - sentAt;
    },
    raw: async () => {
      const { startedAt, endedAt } = await raw.run("rounds", input);
      return endedAt - startedAt;
    },
  };
}
