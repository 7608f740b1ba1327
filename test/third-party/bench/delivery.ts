/**
 * How events come to the function: straight from the source, which for each kind sends one and waits for its answer, or through
 * a Broker, which takes them at once and hands them out side by side; or how they come to the raw sink in its place.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { bundle } from "../../integration/harness/bundle.ts";
import { startFanOut } from "../../integration/harness/fan-out.ts";
import { startFunctionProcess } from "../../integration/harness/function-process.ts";
import { startSources } from "../../integration/harness/running-sources.ts";
import type { RouteWorld } from "../harness/world.ts";
import { startFloor } from "./floor.ts";

export type Mode = "source" | "broker" | "raw";

export interface Delivery {
  use(mode: Mode): Promise<void>;
  /** Waits until no event has come for a while: what a round has left behind is no part of the next. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the function as a process of its own, for the bench is busy itself; the world's own sources end. */
export async function openDelivery(world: RouteWorld): Promise<Delivery> {
  const { cluster, release } = world;
  await world.sources.stop();
  const app = await bundle();
  const served = await startFunctionProcess(cluster, release, { app: app.folder });
  const floor = await startFloor(world);
  const broker = await startFanOut();
  broker.instances = [served.url];
  const sinks: Readonly<Record<Mode, string>> = { source: served.url, broker: broker.url, raw: floor.url };
  let mode: Mode = "source";
  let sources = await startSources(cluster, release, sinks[mode]);
  return {
    async use(wanted) {
      if (wanted === mode) return;
      mode = wanted;
      await sources.stop();
      sources = await startSources(cluster, release, sinks[mode]);
    },
    async quiet() {
      for (let before = -1; ; ) {
        await broker.delivered();
        const answered = sources.deliveries().length;
        if (answered === before) return;
        before = answered;
        await delay(2_000);
      }
    },
    async stop() {
      await sources.stop();
      await broker.delivered();
      await broker.stop();
      await floor.stop();
      await served.stop();
      await app.remove();
    },
  };
}
