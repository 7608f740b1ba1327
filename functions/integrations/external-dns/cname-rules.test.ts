import assert from "node:assert/strict";
import { test } from "node:test";
import { apexProblems, withoutLoops } from "./cname-rules.ts";
import type { OptionedEndpoint } from "./endpoint-options.ts";

function cname(dnsName: string, target: string, property?: string): OptionedEndpoint {
  const providerSpecific = property === undefined ? [] : [{ name: property, value: "true" }];
  return { dnsName, recordType: "CNAME", targets: [target], recordTTL: 300, providerSpecific };
}

test("a CNAME that points at itself is left out and reported", () => {
  const ok = cname("a.example.com", "lb.example.com");
  const { endpoints, problems } = withoutLoops([ok, cname("lb.example.com", "lb.example.com")]);
  assert.deepEqual(endpoints, [ok]);
  assert.equal(problems.length, 1);
  assert.match(problems[0]?.message ?? "", /"lb.example.com".*is the target itself/);
});

test("a CNAME at a name of two labels is warned of, with the way out", () => {
  const [problem, ...others] = apexProblems([cname("example.com", "lb.example.net")]);
  assert.deepEqual(others, []);
  assert.match(problem?.message ?? "", /"example.com".*external-dns.kubernetes.io\/alias: "true"/);
});

test("no warning where there is nothing to warn of", () => {
  const address: OptionedEndpoint = { ...cname("example.com", "10.0.0.1"), recordType: "A" };
  const fine = [
    address,
    cname("www.example.com", "lb.example.net"),
    cname("*.com", "lb.example.net"),
    cname("localhost", "lb.example.net"),
    cname("example.com", "lb.example.net", "alias"),
    cname("example.com", "lb.example.net", "external-dns.kubernetes.io/cloudflare-proxied"),
    cname("example.com", "x-1.eu-central-1.elb.amazonaws.com"),
  ];
  for (const endpoint of fine) assert.deepEqual(apexProblems([endpoint]), [], endpoint.dnsName);
});
