import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject, ManagedFieldsEntry, OwnerReference } from "../../kubernetes/objects.ts";
import { applied } from "./applied-object.ts";

const OURS = { manager: "traefik-cert-rotater", operation: "Apply" };

function child(
  spec: object,
  managedFields?: ManagedFieldsEntry[],
  owners?: OwnerReference[],
): KubernetesObject {
  const metadata = {
    name: "web-tls",
    ...(managedFields === undefined ? {} : { managedFields }),
    ...(owners === undefined ? {} : { ownerReferences: owners }),
  };
  return { apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata, spec };
}

describe("an object after our apply", () => {
  test("our fields as we say, lists as a whole, other people's fields as they were", () => {
    const live = child({ dnsNames: ["a", "b"], issuerRef: { name: "x", group: "g" }, duration: "1h" });
    assert.deepEqual(applied(live, child({ dnsNames: ["c"], issuerRef: { name: "y" } })).spec, {
      dnsNames: ["c"],
      issuerRef: { name: "y", group: "g" },
      duration: "1h",
    });
  });

  test("a field that we applied and no longer want goes, unless somebody else owns it too", () => {
    const fieldsV1 = { "f:spec": { "f:usages": {}, "f:duration": {}, "f:subject": { "f:countries": {} } } };
    const theirs = { manager: "kubectl", operation: "Update", fieldsV1: { "f:spec": { "f:duration": {} } } };
    const live = child({ usages: ["any"], duration: "1h", subject: { countries: ["x"] }, isCA: false }, [
      { ...OURS, fieldsV1 },
      theirs,
    ]);
    assert.deepEqual(applied(live, child({})).spec, { duration: "1h", isCA: false });
  });

  test("an owner of ours that is no longer one goes, an owner that somebody added stays", () => {
    const owner = (uid: string) => ({
      apiVersion: "traefik.io/v1alpha1",
      kind: "IngressRoute",
      name: uid,
      uid,
    });
    const fieldsV1 = {
      "f:metadata": { "f:ownerReferences": { 'k:{"uid":"a"}': {}, 'k:{"uid":"b"}': {} } },
    };
    const live = child({}, [{ ...OURS, fieldsV1 }], [owner("a"), owner("b"), owner("c")]);
    const { ownerReferences } = applied(live, child({}, [], [{ ...owner("b"), controller: true }])).metadata;
    assert.deepEqual(ownerReferences, [owner("c"), { ...owner("b"), controller: true }]);
  });
});
