/**
 * How events come to the function: straight from the source, which for each kind sends one and waits for its answer, or through
 * a Broker, which takes them at once and hands them out side by side.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { startFanOut } from "../../integration/harness/fan-out.ts";
import { startSources } from "../../integration/harness/running-sources.ts";
import type { RouteWorld } from "../harness/world.ts";

export type Mode = "source" | "broker";

export interface Delivery {
  use(mode: Mode): Promise<void>;
  /** Waits until no event has come for a while: what a round has left behind is no part of the next. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** The world's own sources deliver until something else is asked for. */
export async function openDelivery(world: RouteWorld): Promise<Delivery> {
  const { cluster, release, app } = world;
  const broker = await startFanOut();
  broker.instances = [app.url];
  let mode: Mode = "source";
  let sources = world.sources;
  return {
    async use(wanted) {
      if (wanted === mode) return;
      mode = wanted;
      await sources.stop();
      sources = await startSources(cluster, release, mode === "broker" ? broker.url : app.url);
    },
    async quiet() {
      for (let before = -1; ; ) {
        await broker.delivered();
        await app.idle();
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
    },
  };
}
