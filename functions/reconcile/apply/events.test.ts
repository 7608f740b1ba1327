import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ConflictError, ForbiddenError } from "../../kubernetes/errors.ts";
import type { KubernetesObject, ObjectReference } from "../../kubernetes/objects.ts";
import { createLogger } from "../../log.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { createEventRecorder } from "./events.ts";

const route = { kind: "IngressRoute", group: "traefik.io", namespace: "shop", name: "web" } as const;
const description = { route, uid: "u" } as RouteDescription;
const problem = (message: string): Problem => ({ reason: "NotOurs", message, field: null });
const created = { action: "created", kind: "Certificate", name: "web-tls" } as const;
const minutes = (count: number) => count * 60_000;

type StoredEvent = KubernetesObject & { note?: string; type?: string; reason?: string; series?: unknown };

/** An API server that has Events, and a clock. */
function world() {
  const stored = new Map<string, StoredEvent>();
  const requests: string[] = [];
  const state = { now: Date.parse("2026-08-01T00:00:00Z"), refuse: false };
  const guard = (verb: string) => {
    requests.push(verb);
    if (state.refuse) throw new ForbiddenError(verb, "no");
  };
  const client: Pick<KubernetesClient, "get" | "create" | "mergePatch"> = {
    async get({ name }: ObjectReference) {
      guard("get");
      return stored.get(name) ?? null;
    },
    async create({ name }, object) {
      guard("create");
      if (stored.has(name)) throw new ConflictError("create", "exists");
      stored.set(name, object);
      return object;
    },
    async mergePatch({ name }, patch) {
      guard("patch");
      const patched = { ...stored.get(name), ...patch } as StoredEvent;
      stored.set(name, patched);
      return patched;
    },
  };
  const recorder = (observes = false) =>
    createEventRecorder({
      client,
      log: createLogger("error", { write: () => {} }),
      observes,
      reportingInstance: "x".repeat(300),
      now: () => state.now,
    });
  return { stored, requests, state, recorder };
}

suite("Events", () => {
  test("nothing to report, nothing asked", async () => {
    const { requests, recorder } = world();
    await recorder().record(description, [], []);
    assert.deepEqual(requests, []);
  });

  test("one Normal Event for all changes, one Warning for each problem", async () => {
    const { stored, recorder } = world();
    const updated = { action: "updated", kind: "DNSEndpoint", name: "web" } as const;
    await recorder().record(description, [created, updated], [problem("one"), problem("two")]);
    const lines = [...stored.values()].map(({ type, reason, note }) => `${type} ${reason} ${note}`);
    assert.deepEqual(lines.sort(), [
      "Normal Reconciled Created Certificate web-tls, updated DNSEndpoint web",
      "Warning NotOurs one",
      "Warning NotOurs two",
    ]);
  });

  test("control characters of a problem are escapes, for people read Events in terminals", async () => {
    const { stored, recorder } = world();
    await recorder().record(description, [], [problem("a\u009b2J\u202e\u001b")]);
    assert.deepEqual(
      [...stored.values()].map(({ note }) => note),
      ["a\\u009b2J\\u202e\\u001b"],
    );
  });

  test("a note is Normal, and as a standing one it is not written at each resync", async () => {
    const { stored, requests, recorder } = world();
    const note: Problem = { ...problem("covered"), note: true };
    await recorder().record(description, [], [note]);
    await recorder().record(description, [], [note]);
    assert.deepEqual(
      [...stored.values()].map(({ type, reason }) => `${type} ${reason}`),
      ["Normal NotOurs"],
    );
    assert.deepEqual(requests, ["get", "create", "get"]);
  });

  test("limits of the API server: note and reporter are cut at a character's border", async () => {
    const { stored, recorder } = world();
    await recorder().record(description, [], [problem("ä".repeat(2_000))]);
    const [event] = [...stored.values()] as (StoredEvent & { reportingInstance?: string })[];
    assert.ok(Buffer.byteLength(event?.note ?? "") <= 1_024);
    assert.match(event?.note ?? "", /^ä+…$/);
    assert.ok(Buffer.byteLength(event?.reportingInstance ?? "") <= 128);
  });

  test("a route of the longest name still gets an Event of a valid name", async () => {
    const { stored, recorder } = world();
    const name = `${"a".repeat(229)}.${"b".repeat(23)}`;
    await recorder().record({ ...description, route: { ...route, name } }, [created], []);
    const [event] = stored.keys();
    assert.match(event ?? "", /^a+\.[0-9a-f]{16}$/);
  });

  test("a standing problem is repeated on its Event at most every 30 minutes, also by a new process", async () => {
    const { stored, requests, state, recorder } = world();
    let process = recorder();
    await process.record(description, [], [problem("one")]);
    await process.record(description, [], [problem("one")]);
    assert.deepEqual(requests, ["get", "create"]);
    state.now += minutes(29);
    process = recorder();
    await process.record(description, [], [problem("one")]);
    assert.deepEqual(requests.slice(2), ["get"]);
    state.now += minutes(31);
    for (const expected of [2, 3]) {
      await recorder().record(description, [], [problem("one")]);
      const [event] = [...stored.values()];
      assert.deepEqual(event?.series, {
        count: expected,
        lastObservedTime: new Date(state.now).toISOString().replace("Z", "000Z"),
      });
      state.now += minutes(30);
    }
    assert.equal(stored.size, 1);
  });

  test("a route made again under its name has Events of its own", async () => {
    const { stored, recorder } = world();
    await recorder().record(description, [], [problem("one")]);
    await recorder().record({ ...description, uid: "v" }, [], [problem("one")]);
    assert.equal(stored.size, 2);
  });

  test("an Event that cannot be written is no error, and is tried again", async () => {
    const { stored, state, recorder } = world();
    const process = recorder();
    state.refuse = true;
    await process.record(description, [created], [problem("one")]);
    assert.equal(stored.size, 0);
    state.refuse = false;
    await process.record(description, [], [problem("one")]);
    assert.equal(stored.size, 1);
  });

  test("of ten thousand problems the first are reported, and how many more there are", async () => {
    const { stored, recorder } = world();
    const many = Array.from({ length: 10_000 }, (_, index) => problem(`no ${index}`));
    await recorder().record(description, [], many);
    assert.equal(stored.size, 11);
    const notes = [...stored.values()].map(({ note }) => note ?? "");
    assert.ok(notes.some((note) => note.startsWith("and 9990 more problems")));
  });

  test("one after the other, so that a route with much to report takes one request at a time", async () => {
    let [running, most] = [0, 0];
    const process = createEventRecorder({
      ...silent,
      client: {
        ...absent,
        create: async (_reference, object) => {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running--;
          return object;
        },
      },
    });
    await process.record(description, [created], ["one", "two", "three"].map(problem));
    assert.equal(most, 1);
  });

  test("that hang hold nobody up: they go on by themselves, and the process knows of them", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { promise, resolve } = Promise.withResolvers<KubernetesObject>();
    const tracked: Promise<unknown>[] = [];
    const process = createEventRecorder({
      ...silent,
      client: { ...absent, create: () => promise },
      track: (work) => {
        tracked.push(work);
        return work;
      },
    });
    let ended = false;
    const recording = process.record(description, [], [problem("one")]);
    void tracked[0]?.then(() => {
      ended = true;
    });
    context.mock.timers.tick(1_000);
    await recording;
    assert.deepEqual([tracked.length, ended], [1, false]);
    resolve({} as KubernetesObject);
    await tracked[0];
  });

  test("that fail for a bug change no answer, and are logged as one", async () => {
    const lines: string[] = [];
    const process = createEventRecorder({
      ...silent,
      log: createLogger("error", { write: (line) => void lines.push(line) }),
      client: {
        ...absent,
        create: async () => {
          throw new TypeError("bug");
        },
      },
    });
    await process.record(description, [created], []);
    assert.match(lines.join(), /TypeError.*bug/);
  });
});

const absent: Pick<KubernetesClient, "get" | "create" | "mergePatch"> = {
  get: async () => null,
  create: async (_reference, object) => object,
  mergePatch: async () => ({}) as KubernetesObject,
};

const silent = {
  log: createLogger("error", { write: () => {} }),
  observes: false,
  reportingInstance: "test",
  now: () => 0,
};
