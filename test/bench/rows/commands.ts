/**
 * The command line and ten thousand routes of one namespace, from a file (`render`, `explain`) and in the cluster
 * (`plan`, `explain`): how long its event loop is blocked, and how its time grows from a quarter of them.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Bench } from "../bench.ts";
import { counting, longestBlock } from "../loop-delay.ts";
import { now } from "../processes.ts";
import { inPool } from "../progress.ts";
import { inTurn } from "../statistics.ts";
import type { Row } from "../table.ts";
import { routeManifest } from "../workload.ts";

const ROUTES = 10_000;
const FEWER = 2_500;
const BLOCK_MS = 50;
/** What grows with its input takes so many times as long, and its start beside that does not grow. */
const LINEAR = ROUTES / FEWER;
const NAMESPACES = { many: "commands", few: "commands-fewer" };

export async function commandRows(bench: Bench): Promise<Row[]> {
  const [many, few] = [await written(bench, ROUTES), await written(bench, FEWER)];
  const target = ["--target", "192.0.2.1"];
  const rows = [
    ...(await measure(bench, "render", ["render", ...target, "-f", many], ["render", ...target, "-f", few])),
    ...(await measure(
      bench,
      "explain",
      ["explain", ...target, "-f", many],
      ["explain", ...target, "-f", few],
    )),
  ];
  await created(bench, NAMESPACES.many, ROUTES);
  await created(bench, NAMESPACES.few, FEWER);
  const plan = (namespace: string) => ["plan", "--defaults", "-n", namespace];
  const explain = (namespace: string) => ["explain", "--defaults", `${namespace}/web-0`];
  return [
    ...rows,
    ...(await measure(bench, "plan", plan(NAMESPACES.many), plan(NAMESPACES.few))),
    ...(await measure(bench, "explain one of", explain(NAMESPACES.many), explain(NAMESPACES.few))),
  ];
}

async function written(bench: Bench, count: number): Promise<string> {
  const path = join(bench.scratch, `routes-${count}.yaml`);
  const routes = Array.from({ length: count }, (_, index) =>
    stringify(routeManifest(NAMESPACES.many, `web-${index}`)),
  );
  await writeFile(path, routes.join("---\n"));
  return path;
}

async function created({ admin, startProgress }: Bench, name: string, count: number): Promise<void> {
  await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const progress = startProgress(`${count} routes in one namespace`);
  const indices = Array.from({ length: count }, (_, index) => index);
  await inPool(indices, 32, async (index) => void (await admin.create(routeManifest(name, `web-${index}`))));
  progress.end();
}

async function measure(
  bench: Bench,
  what: string,
  many: readonly string[],
  few: readonly string[],
): Promise<Row[]> {
  const progress = bench.startProgress(`${what} ${ROUTES} routes`);
  const samples = await inTurn(
    bench.repetitions,
    { many: () => run(bench, many), few: () => run(bench, few) },
    (done) => progress.tell(done, bench.repetitions),
  );
  progress.end();
  return [
    {
      what: `${what} ${ROUTES} routes of one namespace: the event loop blocked`,
      unit: "ms",
      ours: samples.many.map(({ block }) => block),
      raw: null,
      bar: { kind: "limit", atMost: BLOCK_MS },
      memory: [],
    },
    {
      what: `  its time, against ${FEWER} routes`,
      unit: "ms",
      ours: samples.many.map(({ ms }) => ms),
      raw: samples.few.map(({ ms }) => ms),
      bar: { kind: "ratio", atMost: LINEAR },
      memory: [],
    },
  ];
}

/** With its output thrown away; whatever its exit code, for it says that routes have something to do. */
async function run({ kubeconfig, scratch }: Bench, words: readonly string[]) {
  const file = join(scratch, "block");
  const script = join(import.meta.dirname, "../../../dist/traefik-cert-rotater.cjs");
  const startedAt = now();
  const child = spawn(process.execPath, [script, ...words], {
    stdio: ["ignore", "ignore", "inherit"],
    env: counting({ HOME: scratch, KUBECONFIG: kubeconfig }, file),
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0 && code !== 1) throw new Error(`${words.join(" ")} ended with ${code}`);
  return { ms: now() - startedAt, block: await longestBlock(file) };
}
