import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mergeSpec } from "../spec/merge-spec.ts";
import { keySizeError, lifetimeError } from "../spec/spec-rules.ts";
import { ANNOTATION_FIELDS, PREFIX } from "./annotation-fields.ts";
import { certificateAnnotations } from "./annotations.ts";

/** The result for annotations given without their prefix. */
function read(annotations: Record<string, string>, template: Record<string, unknown> = {}) {
  return certificateAnnotations(withPrefix(annotations), template);
}

function withPrefix(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).map(([name, value]) => [PREFIX + name, value]));
}

test("every annotation sets its field", () => {
  const result = read({
    "cluster-issuer": "letsencrypt",
    "common-name": "shop.example.com",
    "alt-names": "www.example.com, Shop.example.com.,",
    "ip-sans": "2001:DB8::1,10.0.0.2,10.0.0.1,10.0.0.2",
    "email-sans": "ops@example.com,dev@example.com",
    "subject-organizations": '"Example, Inc.",Other',
    "subject-organizationalunits": "Shop",
    "subject-countries": "DE",
    "subject-provinces": "Berlin",
    "subject-localities": "Berlin",
    "subject-postalcodes": "10115",
    "subject-streetaddresses": "Street 1,House 2",
    "subject-serialnumber": "42",
    duration: "2160h",
    "renew-before": "360h",
    usages: "server auth, digital signature,server auth",
    "revision-history-limit": "3",
    "private-key-algorithm": "ECDSA",
    "private-key-encoding": "PKCS8",
    "private-key-size": "384",
    "private-key-rotation-policy": "Always",
    "secret-template": '{"labels":{"z":"1","a":"2"},"annotations":{"team":"shop"}}',
  });
  assert.deepEqual(result, {
    spec: {
      issuerRef: { kind: "ClusterIssuer", name: "letsencrypt" },
      commonName: "shop.example.com",
      ipAddresses: ["10.0.0.1", "10.0.0.2", "2001:db8::1"],
      emailAddresses: ["dev@example.com", "ops@example.com"],
      subject: {
        organizations: ["Example, Inc.", "Other"],
        organizationalUnits: ["Shop"],
        countries: ["DE"],
        provinces: ["Berlin"],
        localities: ["Berlin"],
        postalCodes: ["10115"],
        streetAddresses: ["Street 1", "House 2"],
        serialNumber: "42",
      },
      duration: "2160h",
      renewBefore: "360h",
      usages: ["digital signature", "server auth"],
      revisionHistoryLimit: 3,
      privateKey: { algorithm: "ECDSA", encoding: "PKCS8", size: 384, rotationPolicy: "Always" },
      secretTemplate: { annotations: { team: "shop" }, labels: { a: "2", z: "1" } },
    },
    names: ["shop.example.com", "www.example.com"],
    issuerInvalid: false,
    invalid: [],
    problems: [],
  });
  assert.deepEqual(Object.keys(Object(result.spec.secretTemplate).labels), ["a", "z"]);
});

test("an invalid annotation costs only itself and says what to write", () => {
  const cases: [name: string, value: string, message: RegExp][] = [
    ["common-name", "a".repeat(65), /65 bytes.*at most 64/],
    ["common-name", "ü".repeat(33), /66 bytes/],
    ["ip-sans", "10.0.0.1,10.0.0", /"10.0.0" is no IP address/],
    ["ip-sans", "fe80::1%eth0", /no IP address/],
    ["email-sans", "Ops <ops@example.com>", /no email address/],
    ["email-sans", "", /no email address/],
    ["email-sans", "a..b@example.com", /no email address/],
    ["subject-organizations", 'Example "Inc."', /CSV/],
    ["subject-countries", "", /CSV/],
    ["duration", "90d", /"90d" is no duration.*2160h/],
    ["duration", "59m", /shorter than 1h/],
    ["renew-before", "4m", /5m or more/],
    ["renew-before", "2160h", /2160h, cert-manager's default/],
    ["renew-before-percentage", "100", /1 to 99/],
    ["renew-before-percentage", "0", /1 to 99/],
    ["renew-before-percentage", "x", /1 to 99/],
    ["usages", "server auth,serverauth", /"serverauth" is no key usage.*server auth/],
    ["revision-history-limit", "0", /whole number from 1/],
    ["revision-history-limit", "2147483648", /whole number from 1/],
    ["private-key-algorithm", "rsa", /RSA or ECDSA or Ed25519/],
    ["private-key-encoding", "PKCS12", /PKCS1 or PKCS8/],
    ["private-key-size", "1024", /2048 to 8192/],
    ["private-key-size", "big", /number of bits/],
    ["private-key-rotation-policy", "always", /Never or Always/],
    ["secret-template", "{", /no JSON/],
    ["secret-template", "[]", /no JSON object/],
    ["secret-template", '{"type":"x"}', /"type".*only/],
    ["secret-template", '{"labels":["a"]}', /"labels" is no JSON object/],
    ["secret-template", '{"labels":{"a":1}}', /no text/],
    ["secret-template", '{"labels":{"a":"no spaces"}}', /cannot be the value/],
    ["secret-template", '{"labels":{"a/b/c":""}}', /cannot be a key/],
    ["secret-template", '{"annotations":{"cert-manager.io/issuer":"x"}}', /cert-manager's own/],
  ];
  for (const [name, value, message] of cases) {
    const { spec, problems, invalid } = read({
      [name]: value,
      "private-key-encoding": "PKCS1",
      [name]: value,
    });
    const field = `metadata.annotations[${PREFIX}${name}]`;
    assert.deepEqual(
      problems.map((problem) => [problem.reason, problem.field]),
      [["InvalidAnnotation", field]],
      `${name}: ${value}`,
    );
    assert.match(problems[0]?.message ?? "", message);
    assert.equal(invalid.length, 1);
    assert.deepEqual(spec, name === "private-key-encoding" ? {} : { privateKey: { encoding: "PKCS1" } });
  }
});

test("an empty annotation counts as none where cert-manager says so", () => {
  const none = { "common-name": "", "alt-names": "", "ip-sans": "", "subject-serialnumber": "" };
  const { spec, names, problems } = read({ ...none, "secret-template": "{}" });
  assert.deepEqual([spec, names, problems], [{}, [], []]);
});

test("an unusable alternative name is reported, the others stay", () => {
  const { names, problems } = read({ "alt-names": "a.example.com,*,b.example.com:443" });
  assert.deepEqual(names, ["a.example.com"]);
  assert.deepEqual(
    problems.map(({ field }) => field),
    Array(2).fill("metadata.annotations[cert-manager.io/alt-names]"),
  );
});

test("the issuer", () => {
  const template = { issuerRef: { kind: "ClusterIssuer", name: "ca-issuer" } };
  const cases: [annotations: Record<string, string>, issuerRef: unknown][] = [
    [{ issuer: "a" }, { kind: "Issuer", name: "a" }],
    [
      { issuer: "a", "issuer-kind": "ClusterIssuer" },
      { kind: "ClusterIssuer", name: "a" },
    ],
    [
      { issuer: "a", "issuer-group": "cert-manager.io" },
      { kind: "Issuer", name: "a", group: "cert-manager.io" },
    ],
    [
      { issuer: "a", "issuer-kind": "AWSPCAIssuer", "issuer-group": "awspca.cert-manager.io" },
      { kind: "AWSPCAIssuer", name: "a", group: "awspca.cert-manager.io" },
    ],
    [{ "cluster-issuer": "a" }, { kind: "ClusterIssuer", name: "a" }],
    [{ "issuer-kind": "Issuer" }, { kind: "Issuer", name: "ca-issuer" }],
    [{ "issuer-kind": "" }, { kind: "Issuer", name: "ca-issuer" }],
  ];
  for (const [annotations, issuerRef] of cases) {
    const { spec, issuerInvalid, problems } = read(annotations, template);
    assert.deepEqual(
      { spec, issuerInvalid, problems },
      { spec: { issuerRef }, issuerInvalid: false, problems: [] },
    );
  }
});

test("contradictory issuers drop them all, with one problem", () => {
  const cases: [annotations: Record<string, string>, message: RegExp][] = [
    [{ issuer: "a", "cluster-issuer": "b" }, /cluster-issuer and cert-manager.io\/issuer contradict/],
    [{ "cluster-issuer": "b", "issuer-kind": "Issuer" }, /issuer-kind contradict/],
    [{ "cluster-issuer": "b", "issuer-group": "x.io" }, /issuer-group contradict/],
    [{ issuer: "" }, /name of the issuer is empty/],
    [{ "cluster-issuer": "" }, /name of the issuer is empty/],
    [{ issuer: "a", "issuer-kind": "AWSPCAIssuer" }, /"AWSPCAIssuer" is no kind.*issuer-group/],
  ];
  for (const [annotations, message] of cases) {
    const { spec, issuerInvalid, problems } = read({ ...annotations, duration: "24h" });
    assert.deepEqual(
      { spec, issuerInvalid, count: problems.length },
      { spec: { duration: "24h" }, issuerInvalid: true, count: 1 },
    );
    assert.match(problems[0]?.message ?? "", message);
  }
});

test("annotations that do not fit together", () => {
  const both = read({ "renew-before": "24h", "renew-before-percentage": "50", duration: "48h" });
  assert.deepEqual(both.spec, { duration: "48h" });
  assert.deepEqual(both.invalid, ["renewBefore", "renewBeforePercentage"]);
  assert.equal(both.problems.length, 2);

  const late = read({ "renew-before": "48h", duration: "24h" });
  assert.deepEqual([late.spec, late.invalid], [{ duration: "24h" }, ["renewBefore"]]);

  const short = read({ "renew-before": "48h", duration: "1m" });
  assert.deepEqual([short.spec, short.invalid], [{ renewBefore: "48h" }, ["duration"]]);

  const percentage = read({ "renew-before-percentage": "99", duration: "2h" });
  assert.deepEqual([percentage.spec, percentage.invalid], [{ duration: "2h" }, ["renewBeforePercentage"]]);

  const typo = read({ "private-key-algorithm": "ecdsa", "private-key-size": "256" });
  assert.deepEqual([typo.spec, typo.invalid], [{}, ["privateKey.algorithm", "privateKey.size"]]);
  assert.equal(typo.problems.length, 1, "the size is no mistake of its own");
});

test("the template decides what fits", () => {
  const year = { duration: "8760h" };
  assert.deepEqual(read({ "renew-before": "3000h" }, year).problems, []);
  assert.equal(read({ "renew-before": "3000h" }).problems.length, 1);
  const shorter = read({ duration: "24h" }, { renewBefore: "720h" });
  assert.deepEqual([shorter.spec, shorter.invalid], [{}, ["duration"]]);
  assert.deepEqual(read({ "private-key-size": "384" }, { privateKey: { algorithm: "ECDSA" } }).problems, []);
});

/** Keys that matter with values that are nearly right. */
const keys = [
  ...ANNOTATION_FIELDS.map(({ key }) => key),
  ...["issuer", "cluster-issuer", "issuer-kind", "issuer-group", "alt-names", "other"].map(
    (name) => PREFIX + name,
  ),
];
const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "1h",
    "24h",
    "2160h",
    "5m",
    "RSA",
    "ECDSA",
    "384",
    "4096",
    "50",
    "a,b",
    '"',
    "a@b.c",
    "::1",
    "Issuer",
  ),
  fc.json(),
);
const annotations = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 30 });
const template = fc.constantFrom<Record<string, unknown>>(
  {},
  { duration: "24h", renewBefore: "8h", privateKey: { algorithm: "ECDSA", size: 256 } },
  { renewBeforePercentage: 20, issuerRef: { name: "ca" } },
  { duration: 7, privateKey: "x", issuerRef: [] },
);

test("no value throws, the order of the keys means nothing, and the outcome breaks no rule", () => {
  fc.assert(
    fc.property(annotations, template, (given, base) => {
      const result = certificateAnnotations(given, base);
      const reversed = Object.fromEntries(Object.entries(given).reverse());
      assert.equal(JSON.stringify(certificateAnnotations(reversed, base)), JSON.stringify(result));
      const merged = mergeSpec(base, result.spec);
      assert.deepEqual([lifetimeError(merged), keySizeError(merged)], [null, null]);
      for (const { message, field } of result.problems) assert.ok(message.length > 0 && field !== null);
    }),
    { numRuns: 500 },
  );
});
