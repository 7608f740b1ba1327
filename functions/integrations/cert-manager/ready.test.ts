import assert from "node:assert/strict";
import { test } from "node:test";
import { isReady, whyNotReady } from "./ready.ts";

const certificate = (conditions: unknown, generation = 2) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { namespace: "shop", name: "web-tls", generation },
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

test("why not: the last attempt's failure, or where to look while one is under way", () => {
  const issuing = { type: "Issuing", status: "False", reason: "Failed", message: "the order was refused " };
  assert.equal(whyNotReady(certificate([issuing])), "cert-manager tries again later. the order was refused");
  assert.equal(
    whyNotReady(certificate([{ ...issuing, status: "True" }])),
    "cert-manager is issuing it; if that takes long: kubectl get certificaterequests,orders,challenges -n shop -o wide",
  );
  for (const conditions of [[{ type: "Issuing", status: "False" }], [null], [], "Issuing", undefined])
    assert.equal(whyNotReady(certificate(conditions)), null);
});
