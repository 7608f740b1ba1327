import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import { APPLIED_ANNOTATION, isAsApplied, isCompletedByServer, isKnownToBe, withDigest } from "./applied.ts";

const owner = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", name: "web", uid: "1" };
const child: KubernetesObject = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: {
    name: "web-tls",
    namespace: "shop",
    labels: { a: "b" },
    annotations: { c: "d" },
    ownerReferences: [owner],
  },
  spec: { dnsNames: ["a.example.com"], issuerRef: { kind: "ClusterIssuer", name: "x" } },
};

const labels = { "f:a": {} };
const annotations = { "f:c": {}, [`f:${APPLIED_ANNOTATION}`]: {} };
const ownerReferences = { 'k:{"uid":"1"}': {} };
const spec = { "f:dnsNames": {}, "f:issuerRef": { "f:kind": {}, "f:name": {} } };

/** The child as the API server has it after our apply, but for the change. */
function live(change: { metadata?: object; spec?: object; fields?: object } = {}): KubernetesObject {
  const applied = withDigest(child);
  const fieldsV1 = {
    "f:metadata": { "f:labels": labels, "f:annotations": annotations, "f:ownerReferences": ownerReferences },
    "f:spec": spec,
    ...change.fields,
  };
  const managedFields = [{ manager: "traefik-cert-rotater", operation: "Apply", fieldsV1 }];
  return {
    ...applied,
    metadata: { ...applied.metadata, managedFields, ...change.metadata },
    spec: { ...(child.spec as object), ...change.spec },
  };
}

suite("what a live child shows of our last apply", () => {
  const cases: readonly (readonly [
    title: string,
    object: KubernetesObject,
    known: boolean,
    asApplied: boolean,
  ])[] = [
    ["as we left it", live(), true, true],
    ["others added a label of theirs", live({ metadata: { labels: { a: "b", team: "edge" } } }), true, true],
    ["a value differs", live({ spec: { dnsNames: ["b.example.com"] } }), false, false],
    ["there is no digest", live({ metadata: { annotations: { c: "d" } } }), false, false],
    [
      "the value is right, yet not ours any more",
      live({ fields: { "f:spec": { "f:dnsNames": {}, "f:issuerRef": { "f:kind": {} } } } }),
      false,
      false,
    ],
    [
      "we set more than is wanted now",
      live({ spec: { duration: "1h" }, fields: { "f:spec": { ...spec, "f:duration": {} } } }),
      false,
      false,
    ],
    [
      "our owner is not ours any more",
      live({ fields: { "f:metadata": { "f:labels": labels, "f:annotations": annotations } } }),
      false,
      false,
    ],
    ["we never applied it", live({ metadata: { managedFields: [] } }), false, false],
  ];
  for (const [title, object, known, asApplied] of cases) {
    test(title, () => {
      assert.deepEqual([isKnownToBe(child, object), isAsApplied(object)], [known, asApplied]);
    });
  }

  test("another child is wanted: not known to be it, yet as applied", () => {
    const wanted = { ...child, spec: { ...(child.spec as object), secretName: "new" } };
    assert.deepEqual([isKnownToBe(wanted, live()), isAsApplied(live())], [false, true]);
  });

  test("an item of a list has more than was applied: not known to be it, nor as applied", () => {
    const object = live({ spec: { dnsNames: ["a.example.com", "b.example.com"] } });
    assert.deepEqual([isKnownToBe(child, object), isAsApplied(object)], [false, false]);
  });
});

suite("what the API server itself adds to what we own as a whole", () => {
  const formats = { ...(child.spec as object), additionalOutputFormats: [{ type: "DER" }] };
  const wanted = withDigest({ ...child, spec: formats });
  const fields = { "f:spec": { ...spec, "f:additionalOutputFormats": {} } };
  const metadata = { annotations: wanted.metadata.annotations };
  const added = { additionalOutputFormats: [{ type: "DER", added: true }] };

  test("is left alone", () => {
    assert.equal(isCompletedByServer(wanted, live({ spec: added, fields, metadata })), true);
  });

  test("is none where another child was applied", () => {
    assert.equal(isCompletedByServer(wanted, live({ spec: added, fields })), false);
  });

  test("is none where the list is not ours any more", () => {
    assert.equal(isCompletedByServer(wanted, live({ spec: added, metadata })), false);
  });

  test("is none where it contradicts us", () => {
    const changed = { additionalOutputFormats: [{ type: "CombinedPEM" }] };
    assert.equal(isCompletedByServer(wanted, live({ spec: changed, fields, metadata })), false);
  });

  test("is none where there is no digest", () => {
    const plain = { ...child, spec: formats };
    const none = { annotations: child.metadata.annotations };
    const unmarked = {
      ...fields,
      "f:metadata": {
        "f:labels": labels,
        "f:annotations": { "f:c": {} },
        "f:ownerReferences": ownerReferences,
      },
    };
    assert.equal(isCompletedByServer(plain, live({ spec: added, fields: unmarked, metadata: none })), false);
  });
});
