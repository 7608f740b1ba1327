import assert from "node:assert/strict";
import { test } from "node:test";
import { isReady } from "./ready.ts";

const certificate = (conditions: unknown, generation = 2) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name: "web-tls", generation },
  status: { conditions },
});
const ready = { type: "Ready", status: "True", observedGeneration: 2 };

test("ready: the condition is true and speaks of the object as it is", () => {
  assert.equal(isReady(certificate([{ type: "Issuing", status: "False" }, ready])), true);
  assert.equal(isReady(certificate([{ type: "Ready", status: "True" }])), true);
});

test("anything else is not", () => {
  for (const conditions of [
    [{ ...ready, status: "False" }],
    [{ ...ready, status: "Unknown" }],
    [{ ...ready, observedGeneration: 1 }],
    [{ ...ready, type: "Issuing" }],
    [],
    [null],
    "Ready",
    undefined,
  ]) {
    assert.equal(isReady(certificate(conditions)), false, JSON.stringify(conditions));
  }
  const { status: _, ...without } = certificate([ready]);
  assert.equal(isReady(without), false);
});
