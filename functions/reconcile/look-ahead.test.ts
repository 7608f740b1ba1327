import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ROUTES, routeObject } from "../../test/memory-installation.ts";
import type { WatchOptions } from "../kubernetes/client.ts";
import { ForbiddenError } from "../kubernetes/errors.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { WatchChange } from "../kubernetes/watch.ts";
import { NOTHING_TO_DO, type Report, reportRetry } from "./apply/report.ts";
import { LookAhead } from "./look-ahead.ts";

const DONE_AHEAD: Report = { ...NOTHING_TO_DO, blocked: 1 };
const DONE_NOW: Report = { ...NOTHING_TO_DO, blocked: 2 };

function object(name: string, resourceVersion = name): KubernetesObject {
  const route = routeObject(name);
  return { ...route, metadata: { ...route.metadata, uid: name, resourceVersion, generation: 1 } };
}

/** A source that sends one event after the other, and what the function does about each. */
function stage(watch: (options: WatchOptions) => Promise<void> = ({ signal }) => aborted(signal)) {
  const clock = { now: 0 };
  const watches: WatchOptions[] = [];
  const begun: string[] = [];
  const live = new Map<string, KubernetesObject>();
  const work = new Map<string, PromiseWithResolvers<Report>>();
  const draining = { is: false };
  let idle = 0;
  const ahead = new LookAhead({
    resource: ROUTES,
    client: {
      get: async ({ name }) => live.get(name) ?? object(name),
      watch: (_, options) => {
        watches.push(options);
        return watch(options);
      },
    },
    reconcile: ({ metadata: { name } }, isNew) => {
      begun.push(`${name}${isNew ? " new" : ""}`);
      const { promise } = work.get(name) ?? { promise: Promise.resolve(DONE_AHEAD) };
      return promise;
    },
    onIdle: () => void idle++,
    track: (promise) => promise,
    isDraining: () => draining.is,
    now: () => clock.now,
    log: { debug: () => undefined },
  });
  /** One event, which takes 10 ms to work on and comes so long after the last answer. */
  const event = async (name: string, gap = 1): Promise<Report> => {
    clock.now += gap;
    return ahead.handle({ namespace: "shop", name }, async () => {
      clock.now += 10;
      return DONE_NOW;
    });
  };
  const burst = async () => {
    for (const name of ["1", "2", "3"]) await event(name);
    await event("4");
  };
  const tell = (name: string, type: WatchChange["type"] = "ADDED", version = name, size = 1_000) =>
    watches.at(-1)?.onChange({ type, object: object(name, version), size });
  return { ahead, event, burst, tell, watches, begun, live, work, idle: () => idle, clock, draining };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

suite("looking ahead", () => {
  test("begins nothing more once the process ends", async () => {
    const on = stage();
    await on.burst();
    on.draining.is = true;
    on.tell("5");
    assert.deepEqual(on.begun, []);
    assert.equal(on.watches[0]?.signal.aborted, true);
  });

  test("takes a route for new once: a later watch that shows it again does not", async () => {
    const on = stage();
    await on.burst();
    on.tell("5");
    await Promise.all([on.event("1"), on.event("2")]);
    on.clock.now += 2_000;
    await on.burst();
    assert.equal(on.watches.length, 2);
    on.tell("5");
    assert.deepEqual(on.begun, ["5 new", "5"]);
  });

  test("begins when events come back to back, with what changed after the route of the event", async () => {
    const on = stage();
    await on.event("1");
    await on.event("2");
    assert.equal(on.watches.length, 0);
    await on.event("3");
    await on.event("4");
    assert.deepEqual(
      on.watches.map(({ since }) => since),
      ["3"],
    );
  });

  test("does not begin while another replica has every second event", async () => {
    const on = stage();
    for (const name of ["1", "2", "3", "4", "5"]) await on.event(name, 10);
    assert.equal(on.watches.length, 0);
  });

  test("works on eight at a time, in the order of the changes", async () => {
    const on = stage();
    await on.burst();
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    for (const name of names) on.work.set(name, Promise.withResolvers());
    for (const name of names) on.tell(name);
    assert.deepEqual(
      on.begun,
      names.slice(0, 8).map((name) => `${name} new`),
    );
    on.work.get("n3")?.resolve(DONE_AHEAD);
    await on.work.get("n3")?.promise;
    await new Promise(setImmediate);
    assert.equal(on.begun.at(-1), "n8 new");
  });

  test("the event of a route is answered with what was done ahead, once", async () => {
    const on = stage();
    await on.burst();
    on.tell("5", "MODIFIED");
    assert.deepEqual(on.begun, ["5"]);
    assert.equal(await on.event("5"), DONE_AHEAD);
    assert.equal(await on.event("5"), DONE_NOW);
  });

  test("the event waits for work that is under way", async () => {
    const on = stage();
    await on.burst();
    on.work.set("5", Promise.withResolvers());
    on.tell("5");
    let isAnswered = false;
    const answer = on.event("5").finally(() => {
      isAnswered = true;
    });
    await new Promise(setImmediate);
    assert.equal(isAnswered, false);
    on.work.get("5")?.resolve(DONE_AHEAD);
    assert.equal(await answer, DONE_AHEAD);
  });

  for (const [what, live] of [
    ["has another version by now", object("5", "later")],
    ["was made again", { ...object("5"), metadata: { ...object("5").metadata, uid: "another" } }],
  ] as const) {
    test(`a route that ${what} is worked on at its event`, async () => {
      const on = stage();
      await on.burst();
      on.tell("5");
      on.live.set("5", live);
      assert.equal(await on.event("5"), DONE_NOW);
    });
  }

  test("what has to be tried again, or failed, is worked on at its event", async () => {
    const on = stage();
    await on.burst();
    for (const name of ["5", "6"]) {
      on.work.set(name, Promise.withResolvers());
      on.tell(name);
    }
    on.work.get("5")?.resolve(reportRetry("slow down"));
    on.work.get("6")?.reject(new Error("a bug"));
    assert.equal(await on.event("5"), DONE_NOW);
    assert.equal(await on.event("6"), DONE_NOW);
  });

  test("a route that is gone, or going, is left to its event", async () => {
    const on = stage();
    await on.burst();
    on.tell("5", "DELETED");
    const going = object("6");
    const metadata = { ...going.metadata, deletionTimestamp: "2026-08-01T00:00:00Z" };
    on.watches[0]?.onChange({ type: "MODIFIED", object: { ...going, metadata }, size: 1_000 });
    assert.deepEqual(on.begun, []);
  });

  test("a route of many kilobytes is left to its event", async () => {
    const on = stage();
    await on.burst();
    on.tell("5", "ADDED", "5", 20_000);
    assert.deepEqual(on.begun, []);
    assert.equal(await on.event("5"), DONE_NOW);
  });

  test("whose event came before the watch told of it is not worked on twice", async () => {
    const on = stage();
    await on.burst();
    await on.event("5");
    on.tell("5");
    assert.deepEqual(on.begun, []);
  });

  test("ends with several events at a time, and what was done is forgotten", async () => {
    const on = stage();
    await on.burst();
    on.tell("5");
    await Promise.all([on.event("7"), on.event("8")]);
    assert.equal(on.watches[0]?.signal.aborted, true);
    assert.equal(await on.event("5"), DONE_NOW);
  });

  test("does not begin again while a broker delivers, which has several events in flight now and then", async () => {
    const on = stage();
    for (let round = 0; round < 3; round++) {
      await Promise.all([on.event("1"), on.event("2")]);
      await on.burst();
    }
    assert.equal(on.watches.length, 0);
  });

  test("ends three seconds after the last event", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const on = stage();
    await on.burst();
    context.mock.timers.tick(2_999);
    assert.equal(on.watches[0]?.signal.aborted, false);
    await on.event("5");
    context.mock.timers.tick(2_999);
    assert.equal(on.watches[0]?.signal.aborted, false);
    context.mock.timers.tick(1);
    assert.equal(on.watches[0]?.signal.aborted, true);
  });

  test("does not end while an event is being worked on, however long that takes", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const on = stage();
    await on.burst();
    on.work.set("5", Promise.withResolvers());
    on.tell("5");
    const event = on.event("5");
    context.mock.timers.tick(5_000);
    on.work.get("5")?.resolve(DONE_AHEAD);
    assert.equal(await event, DONE_AHEAD);
    context.mock.timers.tick(2_999);
    assert.equal(on.watches[0]?.signal.aborted, false);
    context.mock.timers.tick(1);
    assert.equal(on.watches[0]?.signal.aborted, true);
  });

  test("without the right to watch, each event is on its own, and nobody asks again", async () => {
    const on = stage(() => Promise.reject(new ForbiddenError("GET /ingressroutes", "may not watch")));
    for (let round = 0; round < 3; round++) await on.burst();
    assert.equal(on.watches.length, 1);
  });

  test("says when nothing is left to be done", async () => {
    const on = stage();
    await on.burst();
    on.work.set("5", Promise.withResolvers());
    on.tell("5");
    const before = on.idle();
    on.work.get("5")?.resolve(DONE_AHEAD);
    await new Promise(setImmediate);
    assert.equal(on.idle(), before + 1);
  });
});
