/**
 * Process start to listening, against a bare `node:http` server.
 *
 * @module
 */
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { type Listener, startFunction, startListener } from "../processes.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";

const script = join(import.meta.dirname, "../raw/listen.cjs");

export async function listenRows(bench: Bench): Promise<Row[]> {
  const progress = bench.startProgress("process start to listening");
  const { NODE_COMPILE_CACHE: _, ...uncached } = bench.env;
  const run = async (started: Promise<Listener>) => {
    const listener = await started;
    const milliseconds = listener.listeningAt - listener.startedAt;
    const memory = await listener.memory();
    await listener.stop();
    return { milliseconds, memory };
  };
  const samples = await inTurn(
    bench.repetitions,
    {
      ours: () => run(startFunction(bench.folder, bench.env)),
      raw: () => run(startListener(script, {})),
      uncached: () => run(startFunction(bench.folder, uncached)),
    },
    (done) => progress.tell(done, bench.repetitions),
  );
  progress.end();
  const raw = samples.raw.map(({ milliseconds }) => milliseconds);
  const row = (what: string, side: typeof samples.ours): Omit<Row, "bar"> => ({
    what,
    unit: "ms",
    ours: side.map(({ milliseconds }) => milliseconds),
    raw,
    memory: side.map(({ memory }) => memory),
  });
  return [
    { ...row("process start to listening", samples.ours), bar: { kind: "ratio", atMost: 2 } },
    { ...row("  the same without a compile cache", samples.uncached), bar: null },
  ];
}
