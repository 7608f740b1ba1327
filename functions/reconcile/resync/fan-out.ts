/**
 * Fans a resync's work out to replicas: what is more than one replica should do alone goes out again as events,
 * each naming some routes, and comes back to whichever replica the sink chooses.
 *
 * A batch names routes and nothing else, and each is reconciled live: delivered twice, late or to two replicas at
 * once it does no harm, and it never sends anything on, so no second chain can come of it.
 *
 * @module
 */
import type { RouteReference } from "../../traefik/route-description.ts";
import type { SendRouteBatch } from "../../work.ts";

/** An event of this many routes stays far below what sinks accept. */
export const ROUTE_BATCH_SIZE = 200;
/** With a sink that waits for the work to be done, this many other replicas are kept busy. */
const ROUTE_BATCHES_AT_ONCE = 8;
const DEADLINE_MS = 10 * 60 * 1000;

export interface FanOutOptions {
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sendRouteBatch: SendRouteBatch;
  /** Does a batch here. */
  readonly workOff: (routes: readonly RouteReference[]) => Promise<void>;
}

/** Gets all routes reconciled, here and on other replicas; returns how many went to others. */
export async function fanOut(routes: readonly RouteReference[], options: FanOutOptions): Promise<number> {
  const { run, sendRouteBatch, workOff } = options;
  const batches = inRouteBatches(routes).map((batch, cursor) => ({ run, cursor, routes: batch }));
  // From when it is sent: a large run lasts longer than a batch may.
  const deadline = () => new Date(options.now() + DEADLINE_MS).toISOString();
  let fannedOut = 0;
  const onThisReplica = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
      await workOff(batch.routes);
  };
  const onOtherReplicas = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      if (!(await sendRouteBatch({ ...batch, deadline: deadline() }))) {
        batches.push(batch);
        return;
      }
      fannedOut += batch.routes.length;
    }
  };
  await Promise.all([onThisReplica(), ...Array.from({ length: ROUTE_BATCHES_AT_ONCE }, onOtherReplicas)]);
  // What came back last may have missed the worker here.
  await onThisReplica();
  return fannedOut;
}

function inRouteBatches(routes: readonly RouteReference[]): (readonly RouteReference[])[] {
  const count = Math.ceil(routes.length / ROUTE_BATCH_SIZE);
  return Array.from({ length: count }, (_, index) =>
    routes.slice(index * ROUTE_BATCH_SIZE, (index + 1) * ROUTE_BATCH_SIZE),
  );
}
