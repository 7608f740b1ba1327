/**
 * Spreads a resync's work over instances: what is more than one instance should do alone goes out again as events,
 * each naming some routes, and comes back to whichever instance the sink chooses.
 *
 * A batch names routes and nothing else, and each is reconciled live: delivered twice, late or to two instances at
 * once it does no harm, and it never sends anything on, so no second chain can come of it.
 *
 * @module
 */
import type { RouteReference } from "../../traefik/route-description.ts";
import type { HandOut } from "../../work.ts";

/** An event of this many routes stays far below what sinks accept. */
export const BATCH_SIZE = 200;
/** With a sink that waits for the work to be done, this many other instances are kept busy. */
const BATCHES_AT_ONCE = 8;
const DEADLINE_MS = 10 * 60 * 1000;

export interface HandOutOptions {
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly handOut: HandOut;
  /** Does a batch here. */
  readonly workOff: (routes: readonly RouteReference[]) => Promise<void>;
}

/** Gets all routes reconciled, here and elsewhere; returns how many went elsewhere. */
export async function fanOut(routes: readonly RouteReference[], options: HandOutOptions): Promise<number> {
  const { run, handOut, workOff } = options;
  const batches = inBatches(routes).map((batch, cursor) => ({ run, cursor, routes: batch }));
  // From when it is sent: a large run lasts longer than a batch may.
  const deadline = () => new Date(options.now() + DEADLINE_MS).toISOString();
  let handedOut = 0;
  const here = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
      await workOff(batch.routes);
  };
  const elsewhere = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      if (!(await handOut({ ...batch, deadline: deadline() }))) {
        batches.push(batch);
        return;
      }
      handedOut += batch.routes.length;
    }
  };
  await Promise.all([here(), ...Array.from({ length: BATCHES_AT_ONCE }, elsewhere)]);
  // What came back last may have missed the worker here.
  await here();
  return handedOut;
}

function inBatches(routes: readonly RouteReference[]): (readonly RouteReference[])[] {
  const count = Math.ceil(routes.length / BATCH_SIZE);
  return Array.from({ length: count }, (_, index) =>
    routes.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
}
