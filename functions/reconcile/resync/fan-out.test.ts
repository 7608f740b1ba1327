import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { RouteBatch, SendRouteBatch } from "../../work.ts";
import { fanOut, ROUTE_BATCH_SIZE } from "./fan-out.ts";

function routes(count: number): RouteReference[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: "IngressRoute",
    group: "traefik.io",
    namespace: "shop",
    name: `route-${index}`,
  }));
}

interface FanOut {
  readonly fannedOut: number;
  /** Names of routes by who did them. */
  readonly here: readonly string[];
  readonly accepted: readonly RouteBatch[];
  readonly offered: readonly RouteBatch[];
}

/** Fans out so many routes; `answer` decides about each batch. `workOff` may be blocked until all is offered. */
async function run(
  count: number,
  answer: (batch: RouteBatch) => boolean | Promise<boolean>,
  workOff: () => Promise<void> = async () => {},
): Promise<FanOut> {
  const here: string[] = [];
  const accepted: RouteBatch[] = [];
  const offered: RouteBatch[] = [];
  const sendRouteBatch: SendRouteBatch = async (batch) => {
    offered.push(batch);
    const taken = await answer(batch);
    if (taken) accepted.push(batch);
    return taken;
  };
  const fannedOut = await fanOut(routes(count), {
    run: "run-1",
    now: () => Date.parse("2026-01-01T00:00:00Z"),
    sendRouteBatch,
    workOff: async (batch) => {
      await workOff();
      here.push(...batch.map(({ name }) => name));
    },
  });
  return { fannedOut, here, accepted, offered };
}

function namesOf(batches: readonly RouteBatch[]): string[] {
  return batches.flatMap((batch) => batch.routes.map(({ name }) => name));
}

const allNames = (count: number) =>
  routes(count)
    .map(({ name }) => name)
    .sort();

suite("routes of a resync are fanned out over instances", () => {
  test("in batches of a size, each with its place in the run and one deadline for all", async () => {
    const { accepted, here, fannedOut } = await run(5 * ROUTE_BATCH_SIZE + 1, () => true);
    assert.ok(accepted.length > 0 && here.length > 0);
    assert.equal(fannedOut, namesOf(accepted).length);
    for (const batch of accepted) {
      assert.equal(batch.run, "run-1");
      assert.equal(batch.deadline, "2026-01-01T00:10:00.000Z");
      assert.ok(batch.routes.length <= ROUTE_BATCH_SIZE);
      assert.equal(batch.routes[0]?.name, `route-${batch.cursor * ROUTE_BATCH_SIZE}`);
    }
  });

  test("here, all of them, where the sink takes none", async () => {
    const { here, fannedOut, offered } = await run(20 * ROUTE_BATCH_SIZE, () => false);
    assert.equal(fannedOut, 0);
    assert.deepEqual(here.toSorted(), allNames(20 * ROUTE_BATCH_SIZE));
    assert.ok(offered.length <= 8, "a sink that refuses is not asked for each batch");
  });

  test("here too where the sink refuses only after everything here is done", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const running = run(3 * ROUTE_BATCH_SIZE, () => promise);
    await new Promise(setImmediate);
    resolve(false);
    const { here } = await running;
    assert.deepEqual(here.toSorted(), allNames(3 * ROUTE_BATCH_SIZE));
  });

  test("on other replicas while this one is busy", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let taken = 0;
    const { here, fannedOut } = await run(
      6 * ROUTE_BATCH_SIZE,
      () => {
        if (++taken === 5) resolve();
        return true;
      },
      () => promise,
    );
    assert.equal(fannedOut, 5 * ROUTE_BATCH_SIZE);
    assert.equal(here.length, ROUTE_BATCH_SIZE);
  });

  test("each exactly once, whatever the sink answers and when", async () => {
    const answers = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.nat(4_000), answers, async (count, plan) => {
        let next = 0;
        const { here, accepted } = await run(count, async () => {
          const [taken, late] = plan[next++ % Math.max(1, plan.length)] ?? [true, false];
          if (late) await new Promise(setImmediate);
          return taken;
        });
        assert.deepEqual([...here, ...namesOf(accepted)].sort(), allNames(count));
      }),
      { numRuns: 50 },
    );
  });

  test("a failure here is reported", async () => {
    const failing = run(
      ROUTE_BATCH_SIZE,
      () => false,
      () => Promise.reject(new Error("bug")),
    );
    await assert.rejects(failing, /bug/);
  });
});

test("a batch's deadline counts from when it is sent, however long the run takes", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const late: RouteBatch[] = [];
  await fanOut(routes(100 * ROUTE_BATCH_SIZE), {
    run: "run-1",
    now: () => now,
    sendRouteBatch: async (batch) => {
      // Each takes two minutes, far more in all than a batch may.
      if (Date.parse(batch.deadline) - now !== 10 * 60_000) late.push(batch);
      now += 2 * 60_000;
      return true;
    },
    workOff: () => new Promise<void>((resolve) => setImmediate(resolve)),
  });
  assert.deepEqual(late, []);
});
