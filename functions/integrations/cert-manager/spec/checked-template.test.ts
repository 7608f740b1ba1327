import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { FULL_CERTIFICATE_SPEC } from "../../../../test/full-certificate-spec.ts";
import { problemsOf } from "../../../config/problems.ts";
import { certManagerSettings } from "../settings.ts";

function problems(settings: object): readonly string[] {
  const { issues } = v.safeParse(certManagerSettings, settings);
  return problemsOf(issues ?? [], []).map(({ path, found, expected }) => `${path}: ${found}, ${expected}`);
}

const ofSpec = (spec: object) => problems({ certificateTemplate: { spec } });

const REFUSED: readonly [spec: object, problem: string][] = [
  [{ issuerRef: { name: "" } }, 'spec.issuerRef.name: "", the name of an issuer'],
  [
    { issuerRef: { kind: "ClusterIsuer", name: "x" } },
    'spec.issuerRef.kind: "ClusterIsuer", Issuer or ClusterIssuer, or the group of another kind of issuer beside it',
  ],
  [{ issuerRef: { nam: "x", name: "x" } }, "spec.issuerRef.nam: an unknown key, the key name"],
  [
    { duration: "90d" },
    'spec.duration: "90d", a duration in hours, minutes and seconds such as 2160h for 90 days',
  ],
  [{ duration: 90 }, "spec.duration: 90, a duration"],
  [
    { renewBefore: "soon" },
    'spec.renewBefore: "soon", a duration in hours, minutes and seconds such as 2160h for 90 days',
  ],
  [
    { renewBefore: "4000h" },
    'spec.renewBefore: "4000h", values that fit together: a certificate cannot be renewed 4000h before its end when its duration is 2160h, cert-manager\'s default: renew later, or write a longer duration',
  ],
  [
    { duration: "30m" },
    'spec.duration: "30m", values that fit together: the duration 30m is shorter than 1h: write a longer one',
  ],
  [{ renewBeforePercentage: 0 }, "spec.renewBeforePercentage: 0, a percentage from 1 to 99"],
  [{ privatekey: {} }, "spec.privatekey: an unknown key, the key privateKey"],
  [{ privateKey: { algorithm: "rsa" } }, 'spec.privateKey.algorithm: "rsa", RSA or ECDSA or Ed25519'],
  [
    { privateKey: { algorithm: "ECDSA", size: 2048 } },
    "spec.privateKey.size: 2048, values that fit together: 2048 is no size of an ECDSA key: write 256, 384 or 521",
  ],
  [
    { privateKey: { algorithm: "ECDSA" }, signatureAlgorithm: "SHA256WithRSA" },
    'spec.signatureAlgorithm: "SHA256WithRSA", values that fit together: an ECDSA key cannot sign with SHA256WithRSA: write another, or another privateKey.algorithm',
  ],
  [{ dnsname: ["x"] }, "spec.dnsname: an unknown key, no dnsNames: it is taken from each route"],
  [{ commonName: "x".repeat(65) }, `spec.commonName: "${"x".repeat(65)}", a common name of at most 64 bytes`],
  [
    { commonName: "a.org", literalSubject: "CN=b.org" },
    'spec.literalSubject: "CN=b.org", values that fit together: literalSubject stands for all of the subject: leave out commonName and subject',
  ],
  [
    { literalSubject: "Shop" },
    'spec.literalSubject: "Shop", a distinguished name such as CN=shop.example.com,O=Shop',
  ],
  [{ ipAddresses: ["10.0.0"] }, 'spec.ipAddresses[0]: "10.0.0", an IP address'],
  [{ ipAddresses: "10.0.0.1" }, 'spec.ipAddresses: "10.0.0.1", a list'],
  [
    { emailAddresses: ["Ops <a@b.org>"] },
    'spec.emailAddresses[0]: "Ops <a@b.org>", a plain email address such as ops@example.com',
  ],
  [{ uris: ["/x"] }, 'spec.uris[0]: "/x", an absolute URI such as spiffe://example.com/shop'],
  [
    { subject: { organisations: ["x"] } },
    "spec.subject.organisations: an unknown key, the key organizations",
  ],
  [{ isCA: "yes" }, 'spec.isCA: "yes", true or false'],
  [{ revisionHistoryLimit: 0 }, "spec.revisionHistoryLimit: 0, a whole number from 1"],
  [
    { secretTemplate: { labels: { a: "b c" } } },
    'spec.secretTemplate: an object, a template without this fault: "b c" cannot be the value of label "a": it has at most 63 letters, digits, "-", "_" and "."',
  ],
  [
    { otherNames: [{ oid: "x", utf8Value: "y" }] },
    'spec.otherNames[0].oid: "x", an object identifier such as 1.2.3',
  ],
  [
    { additionalOutputFormats: [{ type: "PEM" }] },
    'spec.additionalOutputFormats[0].type: "PEM", DER or CombinedPEM',
  ],
];

test("what cert-manager would refuse or drop is refused at the start, with its path", () => {
  for (const [spec, problem] of REFUSED)
    assert.deepEqual(ofSpec(spec), [`certificateTemplate.${problem}`], JSON.stringify(spec));
  assert.match(
    ofSpec({ usages: ["server"] })[0] ?? "",
    /^certificateTemplate\.spec\.usages\[0\]: "server", a key usage: any, /,
  );
  assert.match(ofSpec({ zzzzzzzz: 1 })[0] ?? "", /spec\.zzzzzzzz: an unknown key, one of the keys /);
});

test("all problems are reported at once, those of overrides over the template too", () => {
  const overrides = [
    { certificateTemplate: { spec: { renewBefore: "100h" } } },
    { certificateTemplate: { spec: { duration: "50h", isca: true } } },
  ];
  const spec = { issuerRef: { name: "x" }, duration: "90h" };
  assert.deepEqual(
    problems({ certificateTemplate: { spec }, overrides }).map((text) => text.split(":")[0]),
    ["overrides[1].certificateTemplate.spec.isca", "overrides[0].certificateTemplate.spec.renewBefore"],
  );
  const two = { certificateTemplate: { spec: { ...spec, isca: true, privateKey: { size: 1 } } } };
  assert.deepEqual(
    problems(two).map((text) => text.split(":")[0]),
    ["certificateTemplate.spec.isca", "certificateTemplate.spec.privateKey.size"],
  );
});

test("labels and annotations of the template are such that an object can have them", () => {
  const ofMetadata = (metadata: object) =>
    problems({ certificateTemplate: { metadata } }).map((text) =>
      text.replace("certificateTemplate.metadata.", ""),
    );
  assert.match(
    ofMetadata({ labels: { "bad label!": "x" } })[0] ?? "",
    /^labels\["bad label!"\]: "bad label!", a key such as/,
  );
  assert.match(
    ofMetadata({ labels: { a: "x y" } })[0] ?? "",
    /^labels\.a: "x y", the value of a label: at most 63/,
  );
  assert.match(
    ofMetadata({ annotations: { "a b": "x y" } })[0] ?? "",
    /^annotations\["a b"\]: "a b", a key such as/,
  );
  assert.match(
    ofMetadata({ annotations: { "traefik-cert-rotater.io/instance": "x" } })[0] ?? "",
    /the function sets it itself$/,
  );
  assert.deepEqual(
    ofMetadata({ labels: { "example.org/team": "" }, annotations: { a: "any text: at all" } }),
    [],
  );
});

test("a template with all that there is stays as it is written", () => {
  const parsed = v.parse(certManagerSettings, {
    certificateTemplate: { spec: FULL_CERTIFICATE_SPEC },
  }).certificateTemplate;
  assert.equal(
    JSON.stringify(Object.keys(parsed.spec).toSorted()),
    JSON.stringify(Object.keys(FULL_CERTIFICATE_SPEC).toSorted()),
  );
  assert.deepEqual(parsed.spec, FULL_CERTIFICATE_SPEC);
});
