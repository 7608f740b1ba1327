import assert from "node:assert/strict";
import { test } from "node:test";
import { isOf } from "./objects.ts";

test("an object is of a resource by group and kind, whatever its version", () => {
  const certificates = {
    group: "cert-manager.io",
    version: "v1",
    plural: "certificates",
    kind: "Certificate",
  };
  const services = { group: "", version: "v1", plural: "services", kind: "Service" };
  const object = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: "web" } });
  assert.equal(isOf(certificates, object("cert-manager.io/v1", "Certificate")), true);
  assert.equal(isOf(certificates, object("cert-manager.io/v2", "Certificate")), true);
  assert.equal(isOf(certificates, object("networking.internal.knative.dev/v1alpha1", "Certificate")), false);
  assert.equal(isOf(services, object("v1", "Service")), true);
  assert.equal(isOf(services, object("serving.knative.dev/v1", "Service")), false);
});
