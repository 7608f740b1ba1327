import assert from "node:assert/strict";
import { test } from "node:test";
import { keepInvalid, mergeSpec } from "./merge-spec.ts";

test("an annotation beats the template, and the rest of the template stays", () => {
  const template = {
    issuerRef: { kind: "ClusterIssuer", name: "ca", group: "x" },
    isCA: false,
    privateKey: { rotationPolicy: "Always", algorithm: "RSA", size: 4096 },
    subject: { organizations: ["Shop"] },
  };
  const over = {
    issuerRef: { kind: "Issuer", name: "own" },
    privateKey: { encoding: "PKCS8" },
    subject: { countries: ["DE"] },
  };
  assert.deepEqual(mergeSpec(template, over), {
    issuerRef: { kind: "Issuer", name: "own" },
    isCA: false,
    privateKey: { rotationPolicy: "Always", algorithm: "RSA", size: 4096, encoding: "PKCS8" },
    subject: { organizations: ["Shop"], countries: ["DE"] },
  });
  assert.deepEqual(mergeSpec(template, {}), template);
});

test("what of the template contradicts an annotation goes", () => {
  const cases: [template: object, over: object, merged: object][] = [
    [{ renewBefore: "8h" }, { renewBeforePercentage: 20 }, { renewBeforePercentage: 20 }],
    [{ renewBeforePercentage: 20 }, { renewBefore: "8h" }, { renewBefore: "8h" }],
    [{ literalSubject: "CN=a" }, { commonName: "b" }, { commonName: "b" }],
    [
      { privateKey: { algorithm: "RSA", size: 4096 }, signatureAlgorithm: "SHA512WithRSA" },
      { privateKey: { algorithm: "ECDSA" } },
      { privateKey: { algorithm: "ECDSA" } },
    ],
    [
      { privateKey: { size: 4096 } },
      { privateKey: { algorithm: "RSA" } },
      { privateKey: { algorithm: "RSA", size: 4096 } },
    ],
  ];
  for (const [template, over, merged] of cases)
    assert.deepEqual(mergeSpec({ ...template }, { ...over }), merged);
});

test("an invalid annotation leaves what the Certificate has", () => {
  const live = { duration: "48h", privateKey: { algorithm: "ECDSA", size: 384 }, usages: ["any"] };
  assert.deepEqual(keepInvalid({ duration: "24h", isCA: true }, live, ["duration", "privateKey.algorithm"]), {
    duration: "48h",
    isCA: true,
    privateKey: { algorithm: "ECDSA" },
  });
  assert.deepEqual(keepInvalid({ duration: "24h" }, null, ["duration"]), { duration: "24h" });
});

test("nothing is kept that would make the whole Certificate invalid", () => {
  const live = { renewBefore: "48h" };
  assert.deepEqual(keepInvalid({ duration: "24h" }, live, ["renewBefore"]), { duration: "24h" });
});
