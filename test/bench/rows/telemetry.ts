/**
 * What telemetry costs: the function with a receiver that takes everything, against the same function without.
 *
 * @module
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Bench } from "../bench.ts";
import { type FunctionProcess, startFunction } from "../processes.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { routeEvent } from "../workload.ts";

const WARM_UP = 30;
const RUNS_PER_REPETITION = 4;

export async function telemetryRows(bench: Bench): Promise<Row[]> {
  const receiver = createServer((request, response) => request.resume().on("end", () => response.end("{}")));
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { port } = receiver.address() as AddressInfo;
  const on = {
    ...bench.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
  };
  try {
    return [...(await starts(bench, on)), ...(await events(bench, on))];
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
}

async function starts(bench: Bench, on: Record<string, string>): Promise<Row[]> {
  const progress = bench.startProgress("process start to listening, with telemetry and without");
  const run = async (env: Record<string, string>) => {
    const started = await startFunction(bench.folder, env);
    await started.stop();
    return started.listeningAt - started.startedAt;
  };
  const { ours, raw } = await inTurn(
    bench.repetitions,
    { ours: () => run(on), raw: () => run(bench.env) },
    (done) => progress.tell(done, bench.repetitions),
  );
  progress.end();
  const what = "with telemetry against without: process start to listening";
  return [{ what, unit: "ms", ours, raw, memory: [], bar: { kind: "ratio", atMost: 1.1 } }];
}

async function events(bench: Bench, on: Record<string, string>): Promise<Row[]> {
  const [ours, raw] = [await startFunction(bench.folder, on), await startFunction(bench.folder, bench.env)];
  const runs = bench.repetitions * RUNS_PER_REPETITION;
  try {
    const creating = async (side: FunctionProcess) => {
      const route = await bench.loneRoute();
      const { sentAt, answeredAt } = await side.send(routeEvent(route, "add"));
      return answeredAt - sentAt;
    };
    const known = await bench.loneRoute();
    const idling = async (side: FunctionProcess) => {
      const { sentAt, answeredAt } = await side.send(routeEvent(known, "update"));
      return answeredAt - sentAt;
    };
    const both = async (what: string, work: (side: FunctionProcess) => Promise<number>) => {
      const sides = { ours: () => work(ours), raw: () => work(raw) };
      const progress = bench.startProgress(what);
      await inTurn(WARM_UP, sides, () => {});
      const samples = await inTurn(runs, sides, (done) => progress.tell(done, runs));
      progress.end();
      return samples;
    };
    const created = await both("warm event to its answer, with telemetry and without", creating);
    const idled = await both("warm event with nothing to do, with telemetry and without", idling);
    const rows = { unit: "ms", bar: { kind: "ratio", atMost: 1.1 } } as const;
    return [
      { ...rows, what: "  warm event to its answer", ...created, memory: [await ours.memory()] },
      { ...rows, what: "  warm event with nothing to do", ...idled, memory: [await ours.memory()] },
    ];
  } finally {
    await ours.stop();
    await raw.stop();
  }
}
