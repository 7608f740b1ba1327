import assert from "node:assert/strict";
import { test } from "node:test";
import { mismatch } from "./mismatch.ts";

const a = { dnsName: "a.example.com", recordType: "A", recordTTL: 300, targets: ["192.0.2.1", "192.0.2.2"] };
const b = { dnsName: "b.example.com", recordType: "CNAME", recordTTL: 300, targets: ["lb.example.net"] };
const of = (...endpoints: object[]) => ({ endpoints });

test("the same records match in any order, with any time to live", () => {
  const other = [
    { ...b, targets: ["lb.example.net."] },
    { ...a, recordTTL: 60, targets: [...a.targets].reverse() },
  ];
  assert.equal(mismatch(of(...other), of(a, b)), null);
});

const OTHERS: readonly [why: string, spec: object | undefined][] = [
  [
    "it publishes c.example.com too, which the route does not name",
    of(a, b, { ...a, dnsName: "c.example.com" }),
  ],
  ["it lacks b.example.com", of(a)],
  ["it lacks a.example.com, b.example.com", undefined],
  [
    "its records of a.example.com are others than the route would have",
    of({ ...a, targets: ["192.0.2.1"] }, b),
  ],
  [
    "its records of b.example.com are others than the route would have",
    of(a, { ...b, setIdentifier: "blue" }),
  ],
];
for (const [why, spec] of OTHERS) {
  test(`is something else: ${why}`, () => assert.equal(mismatch(spec, of(a, b)), why));
}
