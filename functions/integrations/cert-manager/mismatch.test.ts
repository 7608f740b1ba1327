import assert from "node:assert/strict";
import { test } from "node:test";
import { mismatch } from "./mismatch.ts";

const issuerRef = { kind: "ClusterIssuer", name: "le" };
const wanted = { secretName: "web", dnsNames: ["a.example.com", "b.example.com"], issuerRef };

const MATCHING: readonly [what: string, spec: object, wanted?: object][] = [
  ["the same", wanted],
  ["names in another order and spelling", { ...wanted, dnsNames: ["B.example.com", "a.example.com"] }],
  ["a common name out of the names", { ...wanted, commonName: "a.example.com" }],
  [
    "more than is wanted",
    { ...wanted, privateKey: { size: 4096 }, duration: "2160h", revisionHistoryLimit: 3 },
  ],
  [
    "the group that cert-manager has anyway",
    { ...wanted, issuerRef: { ...issuerRef, group: "cert-manager.io" } },
  ],
  ["a duration in another spelling", { ...wanted, duration: "2160h0m0s" }, { ...wanted, duration: "2160h" }],
  [
    "what is no reason to issue",
    wanted,
    { ...wanted, revisionHistoryLimit: 1, secretTemplate: { labels: {} } },
  ],
  ["empty identities", { ...wanted, uris: [], literalSubject: "" }],
];
for (const [what, spec, wants = wanted] of MATCHING) {
  test(`is what is wanted: ${what}`, () => assert.equal(mismatch(spec, wants), null));
}

const OTHERS: readonly [why: string, spec: object | undefined, wanted?: object][] = [
  ["it has no spec", undefined],
  [
    "it names *.example.com too, which no route of its Secret does",
    { ...wanted, dnsNames: [...wanted.dnsNames, "*.example.com"] },
  ],
  ["it lacks b.example.com", { ...wanted, dnsNames: ["a.example.com"] }],
  [
    "its common name is old.example.com, which is none of its names",
    { ...wanted, commonName: "old.example.com" },
  ],
  ["it has ipAddresses, which the route does not give", { ...wanted, ipAddresses: ["192.0.2.1"] }],
  [
    "its issuer is Issuer le, and that of the route ClusterIssuer le",
    { ...wanted, issuerRef: { name: "le" } },
  ],
  [
    "its issuer is ClusterIssuer le of example.com, and that of the route ClusterIssuer le",
    { ...wanted, issuerRef: { ...issuerRef, group: "example.com" } },
  ],
  ["its duration would change", wanted, { ...wanted, duration: "24h" }],
  [
    "its privateKey would change",
    { ...wanted, privateKey: { algorithm: "RSA" } },
    { ...wanted, privateKey: { algorithm: "ECDSA" } },
  ],
];
for (const [why, spec, wants = wanted] of OTHERS) {
  test(`is something else: ${why}`, () => assert.equal(mismatch(spec, wants), why));
}
