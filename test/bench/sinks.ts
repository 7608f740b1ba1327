/**
 * What stands behind a source: the function, another bundle of it where one is given, and the raw sink.
 *
 * @module
 */
import { join } from "node:path";
import type { Sender } from "./audit-times.ts";
import type { Bench } from "./bench.ts";
import { type Listener, startListener } from "./processes.ts";
import { learn, type RawRequest } from "./replay.ts";
import { routeManifest } from "./workload.ts";

export interface Sink extends Listener {
  readonly sender: Sender;
}

export interface Sinks {
  /** By side, its replicas. */
  readonly sides: Readonly<Record<string, readonly Sink[]>>;
  stop(): Promise<void>;
}

interface RawInput {
  readonly model: { readonly namespace: string; readonly uid: string };
  readonly applies: readonly RawRequest[];
}

export async function startSinks(bench: Bench, replicas: number): Promise<Sinks> {
  const input = await rawInput(bench);
  const several = (start: () => Promise<Sink>) => Promise.all(Array.from({ length: replicas }, start));
  const bundle = (folder: string) => async (): Promise<Sink> => ({
    ...(await startListener(join(folder, "serve.cjs"), { ...bench.env, PORT: "0" })),
    sender: "traefik-cert-rotater",
  });
  const raw = async (): Promise<Sink> => ({
    ...(await startListener(join(import.meta.dirname, "raw/sink.cjs"), bench.bareEnv, [
      JSON.stringify(input),
    ])),
    sender: "raw",
  });
  const sides = {
    raw: await several(raw),
    ours: await several(bundle(bench.folder)),
    ...(bench.former === null ? {} : { former: await several(bundle(bench.former)) }),
  };
  return {
    sides,
    async stop() {
      await Promise.all(Object.values(sides).flatMap((sinks) => sinks.map((sink) => sink.stop())));
    },
  };
}

/** The raw sink creates what the function was seen to create. */
async function rawInput(bench: Bench): Promise<RawInput> {
  const replay = await learn(bench, "add");
  const model = { namespace: "model-namespace", uid: "00000000-0000-4000-8000-000000000000" };
  const { applies } = replay({
    ...routeManifest(model.namespace, "web"),
    metadata: { name: "web", ...model },
  });
  return { model, applies };
}
