import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { DEFAULT_SAMPLER, parseSampler, type Sampler } from "./sampler.ts";
import { Tracer } from "./tracer.ts";

const PARENT = { traceId: "a".repeat(32), spanId: "b".repeat(16), isSampled: true };
const part = { name: "part", kind: "internal", attributes: {} } as const;

function setUp(sample: Sampler = DEFAULT_SAMPLER) {
  let time = 0;
  let dropped = 0;
  const onDropped = (count: number) => {
    dropped += count;
  };
  const tracer = new Tracer({ sample, now: () => ++time, onSpan: () => {}, onDropped });
  const run = (parent: typeof PARENT | null, work: (traceId: string) => Promise<unknown>) =>
    tracer.root({ name: "event", kind: "consumer", attributes: { of: 1 }, parent, links: [] }, work, () => ({
      attributes: { end: 2 },
    }));
  return { tracer, run, dropped: () => dropped };
}

suite("traces", () => {
  test("spans hang together, and the first hangs on the sender's", async () => {
    const { tracer, run } = setUp();
    await run(PARENT, async (traceId) => {
      assert.equal(traceId, PARENT.traceId);
      await Promise.all([
        tracer.child(part, () => tracer.child(part, async () => "inner")),
        tracer.child(part, async () => "beside"),
      ]);
    });
    const [inner, beside, outer, event] = tracer.take().toSorted((one, other) => one.to - other.to);
    assert.equal(event?.parentSpanId, PARENT.spanId);
    assert.deepEqual(event?.attributes, { of: 1, end: 2 });
    const others = [inner, beside, outer];
    const parents = new Set(others.map((span) => span?.parentSpanId));
    assert.equal(parents.size, 2, "one hangs on its sibling");
    for (const span of [...others, event]) assert.equal(span?.traceId, PARENT.traceId);
    assert.equal(new Set([...others, event].map((span) => span?.spanId)).size, 4);
    assert.deepEqual(tracer.take(), []);
  });

  test("what is sent on belongs to the span that sends it", async () => {
    const { tracer, run } = setUp();
    assert.equal(tracer.traceparent(), null);
    const sent = await run(PARENT, () => tracer.child(part, async () => tracer.traceparent()));
    const [inner] = tracer.take();
    assert.equal(sent, `00-${PARENT.traceId}-${inner?.spanId}-01`);
    const unkept = await run({ ...PARENT, isSampled: false }, async () => tracer.traceparent());
    assert.match(String(unkept), new RegExp(`^00-${PARENT.traceId}-[0-9a-f]{16}-00$`));
  });

  test("work that nobody asked for by an event has no span", async () => {
    const { tracer } = setUp();
    assert.equal(await tracer.child(part, async () => "done"), "done");
    assert.deepEqual(tracer.take(), []);
  });

  test("what fails keeps its error, and goes on failing", async () => {
    const { tracer, run } = setUp();
    const broken = Object.assign(new Error("broken"), { code: "EPIPE" });
    const wrapped = new Error("wrapped", { cause: broken });
    await assert.rejects(
      run(null, () => tracer.child(part, () => Promise.reject(wrapped))),
      wrapped,
    );
    const [span] = tracer.take();
    assert.deepEqual([span?.error, span?.attributes], ["wrapped", { "error.type": "EPIPE" }]);
  });

  test("a trace that the sender does not keep is not kept here, and goes on all the same", async () => {
    const { tracer, run } = setUp();
    await run({ ...PARENT, isSampled: false }, async (traceId) => {
      assert.equal(traceId, PARENT.traceId);
      await tracer.child(part, async () => {});
    });
    assert.deepEqual(tracer.take(), []);
  });

  test("more spans than there is room for are dropped and counted", async () => {
    const { tracer, run, dropped } = setUp();
    for (let count = 0; count < 2_100; count++) await run(null, async () => {});
    const spans = tracer.take();
    assert.deepEqual([spans.length, dropped()], [2_048, 52]);
    await run(null, async () => {});
    tracer.putBack(spans);
    assert.deepEqual([tracer.take().length, dropped()], [2_048, 53]);
  });
});

suite("samplers", () => {
  const ids = Array.from({ length: 1000 }, (_, index) => (index * 2 ** 42).toString(16).padStart(32, "0"));
  const kept = (sampler: Sampler | null, parent: typeof PARENT | null) =>
    ids.filter((id) => sampler?.(id, parent)).length;
  const unsampled = { ...PARENT, isSampled: false };
  for (const [name, argument, without, withParent, withUnsampled] of [
    [undefined, undefined, 1000, 1000, 0],
    ["parentbased_always_on", undefined, 1000, 1000, 0],
    ["parentbased_always_off", undefined, 0, 1000, 0],
    ["parentbased_traceidratio", "0", 0, 1000, 0],
    ["parentbased_traceidratio", "0.5", 512, 1000, 0],
    ["always_on", undefined, 1000, 1000, 1000],
    ["always_off", undefined, 0, 0, 0],
    ["traceidratio", "1", 1000, 1000, 1000],
  ] as const) {
    test(`${name} ${argument ?? ""}`, () => {
      const sampler = parseSampler(name, argument);
      assert.deepEqual(
        [kept(sampler, null), kept(sampler, PARENT), kept(sampler, unsampled)],
        [without, withParent, withUnsampled],
      );
    });
  }

  test("another name, or a ratio beyond 1, is none", () => {
    assert.equal(parseSampler("sometimes"), null);
    assert.equal(parseSampler("traceidratio", "half"), null);
    assert.equal(parseSampler("parentbased_traceidratio", "2"), null);
  });
});
