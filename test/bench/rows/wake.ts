/**
 * Process start to both children of a waiting event applied, against a bare script that makes the same requests.
 *
 * The event is sent at the moment the function listens, as the platform does that holds it back until then. Both
 * sides are measured from before the process is started until the API server has answered the later of both applies
 * (its audit log says when). Every run has a new namespace with one new route.
 *
 * @module
 */
import type { Bench } from "../bench.ts";
import { learn } from "../replay.ts";
import { sameRequests } from "../same-requests.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { wakeFunction, wakeScript } from "../wakes.ts";

export async function wakeRows(bench: Bench): Promise<Row[]> {
  const replay = await learn(bench, "add");
  const progress = bench.startProgress("process start to children applied");
  const { NODE_COMPILE_CACHE: _, ...uncached } = bench.env;
  const ours = async (env: Record<string, string>) => wakeFunction(bench, env, await bench.loneRoute());
  const raw = async (kind: "reads" | "gets") => {
    const { [kind]: reads, applies, checks } = replay(await bench.loneRoute());
    return wakeScript(bench, { reads, applies, checks });
  };
  const samples = await inTurn(
    bench.repetitions,
    {
      ours: () => ours(bench.env),
      raw: () => raw("reads"),
      uncached: () => ours(uncached),
      withoutLists: () => raw("gets"),
    },
    (done) => progress.tell(done, bench.repetitions),
  );
  progress.end();
  sameRequests(samples.ours.at(-1)?.requests ?? [], samples.raw.at(-1)?.requests ?? []);
  const row = (what: string, side: typeof samples.ours, other = samples.raw): Omit<Row, "bar"> => ({
    what,
    unit: "ms",
    ours: side.map(({ milliseconds }) => milliseconds),
    raw: other.map(({ milliseconds }) => milliseconds),
    memory: side.map(({ memory }) => memory),
  });
  return [
    {
      ...row("process start to both children applied", samples.ours),
      bar: { kind: "ratio", atMost: 2 },
    },
    { ...row("  the same without a compile cache", samples.uncached), bar: null },
    { ...row("  against raw without the lists", samples.ours, samples.withoutLists), bar: null },
    {
      what: "resident memory, awake",
      unit: "MiB",
      ours: samples.ours.map(({ memory }) => memory),
      raw: null,
      bar: { kind: "limit", atMost: AWAKE_MIB },
      memory: [],
    },
  ];
}

/** 75 MB, in the unit of /proc. */
const AWAKE_MIB = 75e6 / 2 ** 20;
