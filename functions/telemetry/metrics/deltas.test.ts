import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Deltas, type Measured } from "./deltas.ts";
import type { Instrument } from "./instruments.ts";

const counter: Instrument = { kind: "counter", name: "c", unit: "1", description: "" };
const gauge: Instrument = { kind: "gauge", name: "g", unit: "s", description: "" };
const histogram: Instrument = { kind: "histogram", name: "h", unit: "s", description: "", bounds: [1, 2] };

function seen(measured: Measured): Record<string, unknown> {
  return Object.fromEntries(
    [...measured].flatMap(([{ name }, points]) =>
      [...points.values()].map(({ attributes, value, histogram }) => [
        `${name}${Object.values(attributes).join()}`,
        histogram === null ? value : { ...histogram, count: value },
      ]),
    ),
  );
}

suite("deltas", () => {
  test("add up by attributes until they are taken, and then begin at zero", () => {
    const deltas = new Deltas(() => {});
    deltas.add(counter, { a: 1 });
    deltas.add(counter, { a: 1 }, 4);
    deltas.add(counter, { a: 2 }, 0);
    deltas.set(gauge, 7);
    deltas.set(gauge, 8);
    assert.deepEqual(seen(deltas.take()), { c1: 5, c2: 0, g: 8 });
    deltas.add(counter, { a: 1 });
    assert.deepEqual(seen(deltas.take()), { c1: 1 });
    assert.deepEqual(seen(deltas.take()), {});
  });

  test("a histogram's buckets have their upper limit, and the last one the rest", () => {
    const deltas = new Deltas(() => {});
    for (const value of [0.5, 1, 1.5, 2, 3, 30]) deltas.record(histogram, {}, value);
    assert.deepEqual(seen(deltas.take()), {
      h: { count: 6, sum: 38, min: 0.5, max: 30, buckets: [2, 2, 2] },
    });
  });

  test("what is put back is as if it had not been taken", () => {
    const [one, two] = [new Deltas(() => {}), new Deltas(() => {})];
    const measure = (deltas: Deltas, value: number) => {
      deltas.add(counter, { a: value }, value);
      deltas.add(counter, {}, value);
      deltas.set(gauge, value);
      deltas.record(histogram, {}, value);
    };
    for (const value of [0.5, 3]) measure(one, value);
    const taken = one.take();
    measure(one, 2);
    one.putBack(taken);
    for (const value of [0.5, 3, 2]) measure(two, value);
    assert.deepEqual(seen(one.take()), seen(two.take()));
  });

  test("a gauge that is put back does not cover a newer one", () => {
    const deltas = new Deltas(() => {});
    deltas.set(gauge, 1);
    const taken = deltas.take();
    deltas.putBack(taken);
    assert.deepEqual(seen(deltas.take()), { g: 1 });
  });

  test("more attributes than there is room for are one, however long nobody takes them", () => {
    const deltas = new Deltas(() => {});
    for (let index = 0; index < 10_000; index++) deltas.add(counter, { index });
    const points = [...(deltas.take().get(counter)?.values() ?? [])];
    assert.equal(points.length, 501);
    assert.equal(
      points.reduce((sum, { value }) => sum + value, 0),
      10_000,
    );
    assert.deepEqual(points.at(-1)?.attributes, { "otel.metric.overflow": true });
  });
});
