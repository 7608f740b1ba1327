import assert from "node:assert/strict";
import { test } from "node:test";
import { dnsAnnotations } from "./annotations.ts";
import { aliasProblems, endpointOptions, withOptions } from "./endpoint-options.ts";
import { type Endpoint, endpoints } from "./endpoints.ts";
import { targetsOf } from "./target.ts";

const PREFIX = "external-dns.kubernetes.io/";

function annotated(annotations: Record<string, string>) {
  return dnsAnnotations(
    Object.fromEntries(Object.entries(annotations).map(([name, value]) => [PREFIX + name, value])),
  );
}

/** Endpoints as they are published for the annotations, beside what is published already. */
function published(annotations: Record<string, string>, targets: string[], child: unknown = null) {
  const base = endpoints(["*.example.com", "a.example.com"], targetsOf(targets));
  return withOptions(base, endpointOptions(annotated(annotations), 300, child));
}

test("without annotations an endpoint has nothing more", () => {
  assert.deepEqual(published({}, ["10.0.0.1"])[1], {
    dnsName: "a.example.com",
    recordTTL: 300,
    recordType: "A",
    targets: ["10.0.0.1"],
  });
});

test("each endpoint gets the options that apply to it", () => {
  const annotations = {
    ttl: "60",
    "set-identifier": "x",
    "aws-weight": "1",
    alias: "A",
    "record-type": "ptr",
  };
  const weight = { name: "aws/weight", value: "1" };
  const common = { recordTTL: 60, setIdentifier: "x" };
  assert.deepEqual(published(annotations, ["10.0.0.1", "::1"]), [
    { ...endpointOf("*.example.com", "A", "10.0.0.1"), ...common, providerSpecific: [weight] },
    { ...endpointOf("*.example.com", "AAAA", "::1"), ...common, providerSpecific: [weight] },
    ...(["A", "AAAA"] as const).map((type) => ({
      ...endpointOf("a.example.com", type, type === "A" ? "10.0.0.1" : "::1"),
      ...common,
      providerSpecific: [weight, { name: "record-type", value: "ptr" }],
    })),
  ]);
  const [, cname] = published(annotations, ["lb.example.com"]);
  assert.deepEqual(cname?.providerSpecific, [{ name: "alias", value: "A" }, weight]);
  const [, none] = published({ "record-type": "" }, ["10.0.0.1"]);
  assert.deepEqual(none?.providerSpecific, [{ name: "record-type", value: "" }]);
});

test("what is published stays where an annotation is invalid", () => {
  const before = { ttl: "60", "set-identifier": "x", "aws-weight": "1", alias: "true", "webhook-a": "1" };
  const child = { endpoints: published(before, ["lb.example.com"]) };
  const after = {
    ...before,
    ttl: "soon",
    "aws-weight": "many",
    alias: "maybe",
    "set-identifier": "y".repeat(200),
  };
  assert.deepEqual(published(after, ["lb.example.com"], child), child.endpoints);
  assert.deepEqual(published({}, ["lb.example.com"], child), published({}, ["lb.example.com"]));
  // Nothing is published yet.
  assert.equal(published(after, ["lb.example.com"])[0]?.recordTTL, 300);
});

test("PTR records stay where their annotation is invalid", () => {
  for (const value of ["ptr", ""]) {
    const child = { endpoints: published({ "record-type": value }, ["10.0.0.1"]) };
    assert.deepEqual(published({ "record-type": "MX" }, ["10.0.0.1"], child), child.endpoints);
  }
});

test("a weight does not outlive its set identifier", () => {
  const child = { endpoints: published({ "set-identifier": "x", "aws-weight": "1" }, ["10.0.0.1"]) };
  assert.deepEqual(published({ "aws-weight": "1" }, ["10.0.0.1"], child), published({}, ["10.0.0.1"]));
});

test("a child of any shape is read", () => {
  const annotations = annotated({ ttl: "x", "set-identifier": "y".repeat(200), "webhook-a": "1" });
  for (const child of [
    null,
    {},
    { endpoints: 1 },
    { endpoints: [null, { recordTTL: "9", providerSpecific: [1, {}] }] },
  ]) {
    const options = endpointOptions(annotations, 300, child);
    assert.deepEqual([options.recordTTL, options.setIdentifier], [300, null]);
  }
});

test("an alias for addresses is reported", () => {
  const addresses = endpoints(["a.example.com"], targetsOf(["10.0.0.1"]));
  const names = endpoints(["a.example.com"], targetsOf(["lb.example.com"]));
  const annotations = annotated({ alias: "true" });
  assert.deepEqual(
    aliasProblems(annotations, addresses).map(({ field }) => field),
    [`metadata.annotations[${PREFIX}alias]`],
  );
  assert.deepEqual(aliasProblems(annotations, names), []);
  assert.deepEqual(aliasProblems(annotations, []), []);
  assert.deepEqual(aliasProblems(annotated({}), addresses), []);
});

function endpointOf(dnsName: string, recordType: Endpoint["recordType"], target: string): Endpoint {
  return { dnsName, recordType, targets: [target] };
}
