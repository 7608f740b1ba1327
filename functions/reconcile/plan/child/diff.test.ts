import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import { differs } from "./diff.ts";

const desired: KubernetesObject = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: {
    name: "web-tls",
    labels: { a: "b" },
    ownerReferences: [{ apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", name: "web", uid: "1" }],
  },
  spec: { dnsNames: ["a.example.com", "b.example.com"], issuerRef: { name: "x" } },
};

/** FieldsV1 of what `desired` sets. */
const fieldsV1 = {
  "f:metadata": { "f:labels": { "f:a": {} }, "f:ownerReferences": { 'k:{"uid":"1"}': {} } },
  "f:spec": { "f:dnsNames": {}, "f:issuerRef": { ".": {}, "f:name": {} } },
};

function live(
  change: { metadata?: object; spec?: object; fields?: object; entry?: object } = {},
): KubernetesObject {
  const entry = {
    manager: "traefik-cert-rotater",
    operation: "Apply",
    fieldsV1: { ...fieldsV1, ...change.fields },
    ...change.entry,
  };
  return {
    ...desired,
    metadata: { ...desired.metadata, uid: "u", managedFields: [entry], ...change.metadata },
    spec: { ...(desired.spec as object), ...change.spec },
  };
}

suite("whether a write is needed", () => {
  const owner = { apiVersion: "v1", kind: "A", name: "a", uid: "2" };
  const ours = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", name: "web", uid: "1" };
  const revision = { "f:spec": { ...fieldsV1["f:spec"], "f:renewBefore": {} } };
  const cases: readonly (readonly [string, boolean, KubernetesObject])[] = [
    ["nothing differs", false, live()],
    [
      "others added fields",
      false,
      live({ spec: { revisionHistoryLimit: 3 }, metadata: { annotations: { x: "y" } } }),
    ],
    [
      "others added an owner before ours",
      false,
      live({ metadata: { ownerReferences: [owner, ...(desired.metadata.ownerReferences ?? [])] } }),
    ],
    ["a value differs", true, live({ spec: { issuerRef: { name: "y" } } })],
    ["a list has another order", true, live({ spec: { dnsNames: ["b.example.com", "a.example.com"] } })],
    [
      "a list is longer",
      true,
      live({ spec: { dnsNames: ["a.example.com", "b.example.com", "c.example.com"] } }),
    ],
    ["a list is shorter", true, live({ spec: { dnsNames: ["a.example.com"] } })],
    ["a label is gone", true, live({ metadata: { labels: {} } })],
    ["our owner is gone", true, live({ metadata: { ownerReferences: [owner] } })],
    [
      "a field that we own is no longer wanted",
      true,
      live({ spec: { renewBefore: "1h" }, fields: revision }),
    ],
    [
      "an owner that we set is no longer wanted",
      true,
      live({ fields: { "f:metadata": { "f:ownerReferences": { 'k:{"uid":"2"}': {} } } } }),
    ],
    [
      "that field is another manager's",
      false,
      live({ spec: { renewBefore: "1h" }, fields: revision, entry: { manager: "kubectl" } }),
    ],
    ["our update, not our apply, owns it", false, live({ fields: revision, entry: { operation: "Update" } })],
    ["it is of a subresource", false, live({ fields: revision, entry: { subresource: "status" } })],
    [
      "others added to our owner",
      false,
      live({ metadata: { ownerReferences: [{ ...ours, controller: true }] } }),
    ],
    [
      "our owner says something else",
      true,
      live({ metadata: { ownerReferences: [{ ...ours, kind: "IngressRouteTCP" }] } }),
    ],
    [
      "a map that we own as a whole has more",
      true,
      live({
        spec: { issuerRef: { name: "x", group: "y" } },
        fields: { "f:spec": { "f:dnsNames": {}, "f:issuerRef": {} } },
      }),
    ],
    [
      "a map that is somebody else's has more",
      false,
      live({ spec: { issuerRef: { name: "x", group: "y" } }, fields: { "f:spec": { "f:dnsNames": {} } } }),
    ],
    ["the spec is no object", true, { ...live(), spec: "nonsense" }],
  ];
  for (const [title, expected, object] of cases) {
    test(`${title}: ${expected ? "yes" : "no"}`, () => assert.equal(differs(desired, object), expected));
  }
});

suite("whether a write is needed for a list of objects", () => {
  const endpoint = { dnsName: "a.example.com", targets: ["192.0.2.7"] };
  const wanted: KubernetesObject = { ...desired, spec: { endpoints: [endpoint] } };
  const published = (item: object, owner: string): KubernetesObject => ({
    ...wanted,
    metadata: {
      ...desired.metadata,
      managedFields: [
        {
          manager: "traefik-cert-rotater",
          operation: "Apply",
          fieldsV1: { "f:metadata": fieldsV1["f:metadata"] },
        },
        { manager: owner, operation: "Apply", fieldsV1: { "f:spec": { "f:endpoints": {} } } },
      ],
    },
    spec: { endpoints: [item] },
  });
  const cases: readonly (readonly [string, boolean, object])[] = [
    ["nothing differs", false, endpoint],
    ["the order of fields differs", false, { targets: ["192.0.2.7"], dnsName: "a.example.com" }],
    ["an item has a field more", true, { ...endpoint, setIdentifier: "blue" }],
    ["a list in an item has an item more", true, { ...endpoint, targets: ["192.0.2.7", "192.0.2.8"] }],
    ["an item has a field less", true, { dnsName: "a.example.com" }],
  ];
  for (const [title, expected, item] of cases) {
    for (const owner of ["traefik-cert-rotater", "kubectl"]) {
      test(`${title}, the list is of ${owner}: ${expected ? "yes" : "no"}`, () => {
        assert.equal(differs(wanted, published(item, owner)), expected);
      });
    }
  }
});
