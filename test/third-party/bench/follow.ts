/**
 * When each Certificate, or each record, comes to be.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { isReady } from "../../cluster/conditions.ts";
import { watch } from "../../control-plane/watch.ts";
import { CERTIFICATES } from "../../integration/harness/objects.ts";
import type { RouteWorld } from "../harness/world.ts";
import type { Contender } from "./contenders.ts";

/** By the names of what was applied, `performance.now()` of the moment. */
export interface Moments {
  readonly created: ReadonlyMap<string, number>;
  /** Of a record: when the DNS server answers it. */
  readonly ready: ReadonlyMap<string, number>;
}

const TIMEOUT = 10 * 60_000;

/** Begins to look; `done` is fulfilled once all are ready. */
export async function follow(
  world: RouteWorld,
  contender: Contender,
  names: readonly string[],
): Promise<{ readonly done: Promise<Moments> }> {
  return {
    done: contender.what === "certificate" ? certificates(world, contender, names) : records(world, names),
  };
}

async function certificates(
  { admin }: RouteWorld,
  { certificateOf }: Contender,
  names: readonly string[],
): Promise<Moments> {
  const created = new Map<string, number>();
  const ready = new Map<string, number>();
  const nameOf = new Map(names.map((name) => [certificateOf(name), name]));
  const path = await admin.resolver.path(CERTIFICATES);
  const signal = AbortSignal.timeout(TIMEOUT);
  for await (const { change } of watch(admin.client, path, { signal })) {
    const name = nameOf.get(change?.object.metadata.name ?? "");
    if (name === undefined || change === null) continue;
    if (!created.has(name)) created.set(name, performance.now());
    if (!ready.has(name) && isReady(change.object)) ready.set(name, performance.now());
    if (ready.size === names.length) return { created, ready };
  }
  throw new Error(`${ready.size} of ${names.length} Certificates were ready in time`);
}

/** The DNS server cannot be watched: it is asked for those that are not there yet, again and again. */
async function records({ parties }: RouteWorld, names: readonly string[]): Promise<Moments> {
  const ready = new Map<string, number>();
  const end = performance.now() + TIMEOUT;
  while (ready.size < names.length) {
    if (performance.now() > end)
      throw new Error(`${ready.size} of ${names.length} records were there in time`);
    // They come in batches: the first that is missing tells enough of the rest.
    for (const name of names) {
      if (ready.has(name)) continue;
      if ((await parties.dns.records(`${name}.example.com`, "A")).length === 0) break;
      ready.set(name, performance.now());
    }
    await delay(10);
  }
  return { created: ready, ready };
}
