/**
 * Cold starts for one new route: of the function with the event waiting, and of a bare script with the same requests.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { childrenAppliedAt, type TimedRequest } from "./audit-times.ts";
import type { Bench } from "./bench.ts";
import { runScript, startFunction } from "./processes.ts";
import type { Replay } from "./replay.ts";
import { routeEvent } from "./workload.ts";

const script = join(import.meta.dirname, "raw/wake.cjs");

export interface Wake {
  /** From before the process is started until the API server has answered the later of both applies. */
  readonly milliseconds: number;
  /** From before the process is started until it listens; 0 for a script. */
  readonly listening: number;
  readonly memory: number;
  readonly requests: readonly TimedRequest[];
}

/** The event is sent at the moment the function listens, as the platform does that holds it back until then. */
export async function wakeFunction(
  { folder, times }: Bench,
  env: Record<string, string>,
  route: KubernetesObject,
): Promise<Wake> {
  const mark = await times.mark();
  const started = await startFunction(folder, env);
  await started.send(routeEvent(route, "add"));
  const memory = await started.memory();
  await started.stop();
  const requests = await times.requests("traefik-cert-rotater", mark);
  const { startedAt, listeningAt } = started;
  return {
    milliseconds: childrenAppliedAt(requests) - startedAt,
    listening: listeningAt - startedAt,
    memory,
    requests,
  };
}

/** Runs the script with all these requests. */
export async function wakeScript(
  { bareEnv, scratch, times }: Bench,
  { reads, applies, checks }: Pick<Replay, "reads" | "applies" | "checks">,
): Promise<Wake> {
  const file = join(scratch, "wake.json");
  await writeFile(file, JSON.stringify({ reads, writes: applies, checks }));
  const mark = await times.mark();
  const startedAt = await runScript(script, [file], bareEnv);
  const requests = await times.requests("raw", mark);
  return { milliseconds: childrenAppliedAt(requests) - startedAt, listening: 0, memory: 0, requests };
}
