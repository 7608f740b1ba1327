/**
 * When each Certificate, or each record, comes to be.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject } from "../../../functions/kubernetes/objects.ts";
import { isReady } from "../../cluster/conditions.ts";
import type { Target } from "../../control-plane/admin.ts";
import { type WatchState, watch } from "../../control-plane/watch.ts";
import { CERTIFICATES, ENDPOINTS } from "../../integration/harness/objects.ts";
import type { RouteWorld } from "../harness/world.ts";
import type { Contender } from "./contenders.ts";

/** By the names of what was applied, `performance.now()` of the moment. */
export interface Moments {
  /** Empty where a record comes to be without an object of its own. */
  readonly created: ReadonlyMap<string, number>;
  /** Of a record: when the DNS server answers it. */
  readonly ready: ReadonlyMap<string, number>;
}

const TIMEOUT = 10 * 60_000;

export interface Follower {
  /** Fulfilled once all are ready. */
  readonly done: Promise<Moments>;
}

/** Returns once nothing that comes later is missed. */
export async function follow(
  world: RouteWorld,
  contender: Contender,
  names: readonly string[],
): Promise<Follower> {
  const hasChild = contender.childOf(names[0] ?? "") !== null;
  const kind = contender.what === "certificate" ? CERTIFICATES : ENDPOINTS;
  const made = hasChild ? await followChildren(world, contender, names, kind) : null;
  if (made !== null && contender.what === "certificate") return made;
  const done = async (): Promise<Moments> => {
    const [moments, ready] = await Promise.all([made?.done, records(world, names)]);
    return { created: moments?.created ?? new Map(), ready };
  };
  return { done: done() };
}

async function followChildren(
  { admin }: RouteWorld,
  { childOf }: Contender,
  names: readonly string[],
  kind: Target,
): Promise<Follower> {
  const nameOf = new Map(names.map((name) => [childOf(name)?.name ?? "", name]));
  const path = await admin.resolver.path(kind);
  const states = watch(admin.client, path, { signal: AbortSignal.timeout(TIMEOUT) });
  // The list: what it does not have is told.
  await states.next();
  return { done: untilReady(states, nameOf, kind === CERTIFICATES ? isReady : () => true) };
}

async function untilReady(
  states: AsyncIterable<WatchState>,
  nameOf: ReadonlyMap<string, string>,
  isDone: (object: KubernetesObject) => boolean,
): Promise<Moments> {
  const created = new Map<string, number>();
  const ready = new Map<string, number>();
  for await (const { change } of states) {
    const name = nameOf.get(change?.object.metadata.name ?? "");
    if (name === undefined || change === null) continue;
    if (!created.has(name)) created.set(name, performance.now());
    if (!ready.has(name) && isDone(change.object)) ready.set(name, performance.now());
    if (ready.size === nameOf.size) return { created, ready };
  }
  throw new Error(`${ready.size} of ${nameOf.size} were ready in time`);
}

/** The DNS server cannot be watched: it is asked for those that are not there yet, again and again. */
async function records({ parties }: RouteWorld, names: readonly string[]): Promise<Map<string, number>> {
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
  return ready;
}
