import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseTraceparent } from "./trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

suite("traceparent", () => {
  test("says which trace, which span of it, and whether it is kept", () => {
    const parent = { traceId, spanId, isSampled: true };
    assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-01`), parent);
    assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-03`), parent);
    assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-02`), { ...parent, isSampled: false });
    assert.deepEqual(parseTraceparent(`cc-${traceId}-${spanId}-01-what-comes-later`), parent);
  });

  for (const text of [
    null,
    "",
    "yes",
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
  ]) {
    test(`${text} is none`, () => assert.equal(parseTraceparent(text), null));
  }
});
