import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalOf } from "../../../reconcile/plan/host-policy.ts";
import { withoutRefusedNames } from "./identities.ts";

const policy = [
  {
    namespaces: ["shop"],
    suffixes: ["shop.org"],
    identities: ["10.0.0.0/8", "spiffe://cluster.local/ns/shop/*"],
  },
];
const refuse = (name: string) => refusalOf(policy, "shop", name);

function check(spec: object) {
  const { spec: left, refused } = withoutRefusedNames({ ...spec }, refuse);
  return { left, paths: refused.map(({ path }) => path) };
}

const REFUSED: readonly [field: string, value: unknown][] = [
  ["commonName", "www.bank.org"],
  ["commonName", "WWW.Bank.org."],
  ["commonName", "admin"],
  ["commonName", "system:admin"],
  ["ipAddresses", ["192.0.2.1"]],
  ["ipAddresses", ["2001:db8::1"]],
  ["uris", ["spiffe://bank.org/x"]],
  ["uris", ["https://shop.org@bank.org/"]],
  ["emailAddresses", ["ceo@bank.org"]],
  ["otherNames", [{ oid: "1.3.6.1.4.1.311.20.2.3", utf8Value: "ceo@bank.org" }]],
  ["otherNames", [{ oid: "1.3.6.1.4.1.311.20.2.3", utf8Value: "admin" }]],
  ["literalSubject", "CN=www.bank.org,O=Shop"],
  ["literalSubject", "O=Shop,CN = www.bank.org"],
  ["literalSubject", "2.5.4.3=www.bank.org"],
  ["literalSubject", "CN=\\77ww.bank.org"],
  ["literalSubject", "UID=root,CN=a.shop.org"],
  ["literalSubject", "DC=bank,DC=org"],
  ["literalSubject", "O=system:masters"],
  ["literalSubject", "CN=#130c7777772e62616e6b2e6f7267"],
  ["literalSubject", "no subject"],
];

test("names that the policy does not allow go, in whatever field they are", () => {
  for (const [field, value] of REFUSED) {
    assert.deepEqual(
      check({ isCA: true, [field]: value }),
      { left: { isCA: true }, paths: [field] },
      `${field} ${value}`,
    );
  }
});

const ALLOWED: readonly [field: string, value: unknown][] = [
  ["commonName", "a.shop.org"],
  ["commonName", "*.shop.org"],
  ["commonName", ""],
  ["ipAddresses", ["10.1.2.3"]],
  ["uris", ["spiffe://cluster.local/ns/shop/sa/web", "https://a.shop.org/x"]],
  ["emailAddresses", ["ops@shop.org"]],
  ["otherNames", [{ oid: "1.3.6.1.4.1.311.20.2.3", utf8Value: "ops@shop.org" }]],
  ["subject", { organizations: ["Example, Inc."], countries: ["DE"], serialNumber: "42" }],
  ["literalSubject", "CN=a.shop.org,O=Example\\, Inc.,L=Berlin"],
  ["literalSubject", "OU=x+CN=a.shop.org,DC=shop,DC=org"],
  ["secretTemplate", { labels: { host: "bank.org" } }],
  ["dnsNames", ["bank.org"]],
];

test("and all else stays as it is", () => {
  for (const [field, value] of ALLOWED) {
    assert.deepEqual(check({ [field]: value }), { left: { [field]: value }, paths: [] }, `${field} ${value}`);
  }
});

test("a list and a subject keep what is allowed", () => {
  assert.deepEqual(check({ ipAddresses: ["10.0.0.1", "192.0.2.1"] }), {
    left: { ipAddresses: ["10.0.0.1"] },
    paths: ["ipAddresses"],
  });
  const subject = {
    organizations: ["Shop", "system:masters"],
    organizationalUnits: ["bank.org"],
    serialNumber: "a@bank.org",
  };
  assert.deepEqual(check({ subject }), {
    left: { subject: { organizations: ["Shop"] } },
    paths: ["subject.organizations", "subject.organizationalUnits", "subject.serialNumber"],
  });
});

test("without a policy nothing is refused, whatever it looks like", () => {
  const spec = Object.fromEntries(REFUSED);
  assert.equal(withoutRefusedNames(spec, (name) => refusalOf([], "shop", name)).spec, spec);
});
