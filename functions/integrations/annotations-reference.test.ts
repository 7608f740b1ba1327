import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { annotationProblems } from "../reconcile/plan/annotation-problems.ts";
import { permitted } from "./allowed-annotations.ts";
import { acmeProblems } from "./cert-manager/annotations/acme-annotations.ts";
import { ANNOTATION_FIELDS } from "./cert-manager/annotations/annotation-fields.ts";
import { certificateAnnotations } from "./cert-manager/annotations/annotations.ts";
import { dnsAnnotations } from "./external-dns/annotations.ts";
import { apexProblems, withoutLoops } from "./external-dns/cname-rules.ts";
import { defaultTargetsProblems } from "./external-dns/default-targets.ts";
import { aliasProblems } from "./external-dns/endpoint-options.ts";
import { type Endpoint, endpoints } from "./external-dns/endpoints.ts";
import { targetsOf } from "./external-dns/target.ts";

const reference = readFileSync(new URL("../../docs/annotations.md", import.meta.url), "utf8");
const template = { issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" } };

test("the reference lists every annotation of a Certificate's fields", () => {
  const missing = ANNOTATION_FIELDS.filter(({ key, path }) => {
    return !reference.includes(`| \`${key}\` |`) || !reference.includes(`spec.${path}`);
  });
  assert.deepEqual(missing, []);
});

test("each value in the tables of the reference is reported as they say", () => {
  const reported = /^\| `([^`]+)` \| `([^`]*)` \| (.+) \|$/gm;
  const rows = reference
    .split("| Annotation | Value | What is reported |")
    .slice(1)
    .flatMap((part) => [...(part.split("\n\n", 1)[0] ?? "").matchAll(reported)]);
  assert.ok(rows.length > 30, `${rows.length} rows`);
  for (const [, key = "", value = "", message = ""] of rows) {
    const annotations = { [key]: value };
    const { problems } = key.startsWith("cert-manager.io/")
      ? certificateAnnotations(annotations, template)
      : dnsAnnotations(annotations);
    assert.deepEqual(
      problems.map((problem) => problem.message),
      [message],
      key,
    );
  }
});

test("each value in the tables of names, words and ACME is reported as they say", () => {
  const reported = /^\| `([^`]+)` \| `([^`]*)` \| (.+) \|$/gm;
  const rows = reference
    .split("| Annotation | Value | Message |")
    .slice(1)
    .flatMap((part) => [...(part.split("\n\n", 1)[0] ?? "").matchAll(reported)]);
  assert.ok(rows.length > 6, `${rows.length} rows`);
  for (const [, key = "", value = "", message = ""] of rows) {
    const annotations = { [key]: value };
    const problems = [
      ...annotationProblems(annotations, []),
      ...acmeProblems(annotations),
      ...defaultTargetsProblems(annotations),
    ];
    assert.deepEqual(
      problems.map((problem) => problem.message),
      [message],
      key,
    );
  }
});

test("the other messages in the reference are real", () => {
  const both = {
    "external-dns.alpha.kubernetes.io/ttl": "60",
    "external-dns.kubernetes.io/ttl": "90",
  };
  const issuers = { "cert-manager.io/issuer": "a", "cert-manager.io/cluster-issuer": "b" };
  const alias = { value: "true", key: "external-dns.kubernetes.io/alias" } as const;
  const problems = [
    ...dnsAnnotations(both).problems,
    ...certificateAnnotations(issuers, template).problems,
    ...withoutLoops(published("lb.example.com", "lb.example.com")).problems,
    ...apexProblems(published("example.com", "lb.example.net")),
    ...aliasProblems({ alias }, published("a.example.com", "10.0.0.1")),
    ...permitted(
      { prefixes: ["cert-manager.io/issuer"], setting: "integrations.certManager.allowedAnnotations" },
      { allowedAnnotations: [] },
      issuers,
    ).problems,
  ];
  assert.equal(problems.length, 6);
  for (const { message } of problems) assert.ok(reference.includes(`\n${message}\n`), message);
});

function published(host: string, target: string): readonly Endpoint[] {
  return endpoints([host], targetsOf([target]));
}
