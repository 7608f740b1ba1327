import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { withoutPreviousManager } from "./previous-manager.ts";

const label = { "f:metadata": { "f:labels": { "f:kubernetes.io/managed-by": {} } } };
const written = {
  manager: "manager",
  operation: "Update",
  apiVersion: "cert-manager.io/v1",
  fieldsType: "FieldsV1",
  fieldsV1: { ...label, "f:spec": { "f:duration": {} } },
};
const status = { ...written, manager: "cert-manager", subresource: "status", fieldsV1: { "f:status": {} } };
const person = { ...written, manager: "kubectl-edit", fieldsV1: { "f:spec": { "f:usages": {} } } };

function certificate(managedBy: string, managedFields: readonly object[]): KubernetesObject {
  const labels = { "kubernetes.io/managed-by": managedBy };
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "web-tls", labels, managedFields },
  };
}

test("the entry that set Switchboard's label becomes one of ours that owns the label only; others stay", () => {
  const now = withoutPreviousManager(certificate("switchboard", [written, status, person]));
  const ours = { ...written, manager: "traefik-cert-rotater", operation: "Apply", fieldsV1: label };
  assert.deepEqual(now, [ours, status, person]);
});

test("the entry of whoever restored a child becomes one of ours in the same way", () => {
  const now = withoutPreviousManager(certificate("Traefik-cert-rotater", [written, status, person]));
  assert.deepEqual(now, [
    { ...written, manager: "traefik-cert-rotater", operation: "Apply", fieldsV1: label },
    status,
    person,
  ]);
});

test("nothing to do for other objects, or where nobody is known to have set it", () => {
  const applied = { ...written, manager: "traefik-cert-rotater", operation: "Apply" };
  assert.equal(withoutPreviousManager(certificate("Traefik-cert-rotater", [applied, written])), null);
  assert.equal(withoutPreviousManager(certificate("somebody", [written])), null);
  assert.equal(withoutPreviousManager(certificate("switchboard", [status, person])), null);
  assert.equal(withoutPreviousManager(certificate("switchboard", [])), null);
});
