import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DnsAnnotations, dnsAnnotations } from "./annotations.ts";

const OLD = "external-dns.alpha.kubernetes.io/";
const NEW = "external-dns.kubernetes.io/";

const NOTHING: DnsAnnotations = {
  targets: null,
  hostnames: [],
  ttl: null,
  setIdentifier: null,
  recordType: null,
  alias: null,
  providerSpecific: [],
  skip: false,
  invalid: [],
  problems: [],
};

function read(annotations: Record<string, string>, prefix = NEW): DnsAnnotations {
  return dnsAnnotations(
    Object.fromEntries(Object.entries(annotations).map(([name, value]) => [prefix + name, value])),
  );
}

test("every annotation, under either prefix", () => {
  for (const prefix of [OLD, NEW]) {
    const result = read(
      {
        target: "LB.example.com.",
        hostname: "b.example.com, A.example.com.,",
        ttl: "5m",
        "set-identifier": "cluster-1",
        "record-type": "PTR",
        alias: "true",
        "aws-weight": "+080",
        "aws-target-hosted-zone": "Z1",
        "azure-tags": "team=shop, env = test",
        "cloudflare-proxied": "True",
        "coredns-group": "g1",
        controller: "dns-controller",
        "scw-priority": "10",
        "webhook-any": "x",
      },
      prefix,
    );
    assert.deepEqual(result, {
      targets: ["lb.example.com"],
      hostnames: ["a.example.com", "b.example.com"],
      ttl: 300,
      setIdentifier: "cluster-1",
      recordType: "ptr",
      alias: { value: "true", key: `${prefix}alias` },
      providerSpecific: [
        { name: "aws/target-hosted-zone", value: "Z1" },
        { name: "aws/weight", value: "80" },
        { name: "azure/tags", value: "team=shop, env = test" },
        { name: "coredns/group", value: "g1" },
        { name: `${prefix}cloudflare-proxied`, value: "true" },
        { name: "scw/priority", value: "10" },
        { name: "webhook/any", value: "x" },
      ],
      skip: false,
      invalid: [],
      problems: [],
    });
  }
});

test("values that mean nothing, and annotations of others", () => {
  const empty = { target: " ", hostname: "", "set-identifier": "", alias: "false" };
  assert.deepEqual(read(empty), NOTHING);
  assert.deepEqual(dnsAnnotations({ "example.com/ttl": "x", ttl: "x", [`${NEW}access`]: "public" }), NOTHING);
  assert.equal(read({ "record-type": "" }).recordType, "none");
});

test("the time to live is seconds or a duration, cut to whole seconds", () => {
  const cases: [text: string, ttl: number][] = [
    ["60", 60],
    ["1h", 3600],
    ["1.9s", 1],
    ["2147483647", 2_147_483_647],
  ];
  for (const [text, ttl] of cases) assert.equal(read({ ttl: text }).ttl, ttl, text);
});

test("targets have one spelling and one order", () => {
  assert.deepEqual(read({ target: "2001:DB8:0::1,10.0.0.2, 10.0.0.1,10.0.0.2" }).targets, [
    "10.0.0.1",
    "10.0.0.2",
    "2001:db8::1",
  ]);
});

test("an invalid annotation costs only itself and says what to write", () => {
  const cases: [name: string, value: string, invalid: string, message: RegExp][] = [
    ["target", "a.example.com,b.example.com", "targets", /one hostname/],
    ["target", "10.0.0.1,a.example.com", "targets", /one hostname/],
    ["ttl", "0", "ttl", /1 to 2147483647 seconds/],
    ["ttl", "0.5s", "ttl", /1 to/],
    ["ttl", "2147483648", "ttl", /1 to/],
    ["ttl", "five", "ttl", /"five"/],
    ["set-identifier", "x".repeat(129), "setIdentifier", /129 characters/],
    ["record-type", "CNAME", "recordType", /ptr/],
    ["alias", "yes", "alias", /true, A or AAAA/],
    ["aws-weight", "256", "aws/weight", /0 to 255/],
    ["aws-weight", "half", "aws/weight", /0 to 255/],
    ["aws-evaluate-target-health", "yes", "aws/evaluate-target-health", /true or false/],
    ["aws-failover", "primary", "aws/failover", /PRIMARY or SECONDARY/],
    ["aws-multi-value-answer", "false", "aws/multi-value-answer", /remove/],
    ["aws-geoproximity-bias", "100", "aws/geoproximity-bias", /-99 to 99/],
    ["aws-geoproximity-coordinates", "91,0", "aws/geoproximity-coordinates", /52.52,13.40/],
    ["aws-geoproximity-coordinates", "1", "aws/geoproximity-coordinates", /52.52,13.40/],
    ["azure-tags", "team=shop,env", "azure/tags", /"env" is no tag/],
    ["azure-tags", "team=", "azure/tags", /no tag/],
    ["azure-tags", "", "azure/tags", /no tag/],
    ["cloudflare-proxied", "on", `${NEW}cloudflare-proxied`, /true or false/],
    ["cloudflare-proxy", "true", `${NEW}cloudflare-proxy`, /cloudflare-proxied/],
    ["scw-priority", "-1", "scw/priority", /0 to/],
  ];
  for (const [name, value, invalid, message] of cases) {
    const { problems, ...rest } = read({ [name]: value, "webhook-a": "1" });
    const nothing = { ...NOTHING, providerSpecific: [{ name: "webhook/a", value: "1" }], invalid: [invalid] };
    assert.deepEqual({ ...rest, problems: [] }, nothing, `${name}: ${value}`);
    assert.deepEqual(
      problems.map((problem) => [problem.reason, problem.field]),
      [["InvalidAnnotation", `metadata.annotations[${NEW}${name}]`]],
    );
    assert.match(problems[0]?.message ?? "", message);
  }
});

test("an unusable hostname is reported, the others stay", () => {
  const { hostnames, problems } = read({ hostname: "a.example.com,b_c.example.com" });
  assert.deepEqual(hostnames, ["a.example.com"]);
  assert.deepEqual(
    problems.map(({ field }) => field),
    [`metadata.annotations[${NEW}hostname]`],
  );
});

test("routing policies need a set identifier and exclude each other", () => {
  const alone = read({ "aws-weight": "1", "aws-target-hosted-zone": "Z" });
  assert.deepEqual(alone.providerSpecific, [{ name: "aws/target-hosted-zone", value: "Z" }]);
  assert.deepEqual(alone.invalid, ["aws/weight"]);
  assert.match(alone.problems[0]?.message ?? "", /needs a set-identifier for weighted records/);
  assert.equal(alone.problems[0]?.field, `metadata.annotations[${NEW}aws-weight]`);

  const two = read({ "aws-weight": "1", "aws-region": "eu-central-1", "set-identifier": "a" });
  assert.deepEqual([two.providerSpecific, two.problems.length], [[], 2]);
  assert.match(two.problems[0]?.message ?? "", /latency and weighted/);

  const place = read({
    "aws-geolocation-continent-code": "EU",
    "aws-geolocation-country-code": "DE",
    "set-identifier": "a",
  });
  assert.deepEqual(place.providerSpecific, [{ name: "aws/geolocation-continent-code", value: "EU" }]);
  assert.equal(place.problems.length, 1);

  const answer = read({ "aws-multi-value-answer": "true", "set-identifier": "a" });
  assert.deepEqual(answer.providerSpecific, [{ name: "aws/multi-value-answer", value: "" }]);
});

test("the new prefix wins and a difference is reported once, with both names", () => {
  const both = { [`${OLD}ttl`]: "60", [`${NEW}ttl`]: "90", [`${OLD}alias`]: "true", [`${NEW}alias`]: "true" };
  const { ttl, alias, problems } = dnsAnnotations(both);
  assert.deepEqual([ttl, alias?.key, problems.length], [90, `${NEW}alias`, 1]);
  assert.equal(problems[0]?.field, `metadata.annotations[${OLD}ttl]`);
  assert.match(problems[0]?.message ?? "", /"60" and external-dns.kubernetes.io\/ttl says "90"/);
});

test("another controller's routes are skipped", () => {
  assert.equal(read({ controller: "other" }).skip, true);
  assert.equal(read({ controller: "" }).skip, true);
});

const names = ["target", "hostname", "ttl", "set-identifier", "record-type", "alias", "controller"];
const providers = [
  "aws-weight",
  "aws-region",
  "aws-",
  "azure-tags",
  "cloudflare-proxied",
  "cloudflare-x",
  "webhook-a",
];
const key = fc
  .tuple(fc.constantFrom(OLD, NEW, ""), fc.constantFrom(...names, ...providers, ""))
  .map(([prefix, name]) => prefix + name);
const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.ipV6(),
  fc.constantFrom("true", "A", "1", "5m", "a.b", "10.0.0.1", "x=1", "fe80::1%eth0", ","),
);

test("no value throws and the order of the keys means nothing", () => {
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 20 }), (annotations) => {
      const result = dnsAnnotations(annotations);
      const reversed = Object.fromEntries(Object.entries(annotations).reverse());
      assert.equal(JSON.stringify(dnsAnnotations(reversed)), JSON.stringify(result));
      const properties = result.providerSpecific.map(({ name }) => name);
      assert.deepEqual(properties, [...new Set(properties)].sort());
      for (const { message, field } of result.problems) assert.ok(message.length > 0 && field !== null);
    }),
    { numRuns: 500 },
  );
});
