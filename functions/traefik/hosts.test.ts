import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isHostname, usableHosts } from "./hosts.ts";

const field = "spec.routes[0].match";

function hostsOf(...names: string[]): readonly string[] {
  return usableHosts(names.map((name) => ({ name, field }))).hosts;
}

test("usable names are lower case, sorted, unique, without final dot", () => {
  assert.deepEqual(
    hostsOf("B.example.com.", "a.example.com", "b.example.com", "*.x.com", "xn--bcher-kva.de", "localhost"),
    ["*.x.com", "a.example.com", "b.example.com", "localhost", "xn--bcher-kva.de"],
  );
});

test("every unusable name is dropped with its reason", () => {
  const cases: [name: string, message: RegExp][] = [
    ["", /empty/],
    [".", /empty label/],
    ["*", /every host/],
    ["*.", /whole first label/],
    ["**.a.com", /\*\.a\.com/],
    ["a.*.com", /whole first label/],
    ["*a.com", /whole first label/],
    ["*.*.com", /whole first label/],
    ["a.com:8080", /has a port; write "a\.com"/],
    ["10.0.0.1", /IP address/],
    ["::1", /IP address/],
    ["[::1]", /IP address/],
    ["{sub:[a-z]+}.a.com", /template/],
    [" a.com", /white space/],
    ["a b.com", /white space/],
    ["https://a.com", /URL/],
    ["bücher.de", /xn--bcher-kva\.de/],
    ["*.bücher.de", /\*\.xn--bcher-kva\.de/],
    ["\u212a.com", /A-label form "k\.com"/],
    ["a\tb.com", /white space/],
    ["a\x01b.com", /no host name has/],
    ["\ud800.com", /no host name has/],
    ["a_b.com", /underscore/],
    ["*.a_b.com", /underscore/],
    ["a..com", /empty label/],
    ["a.com..", /empty label/],
    ["-a.com", /hyphen/],
    ["a-.com", /hyphen/],
    ["a!.com", /letters, digits and hyphens/],
    ["1.2.3", /last label is a number/],
    [`${"a".repeat(64)}.com`, /64 characters; the limit is 63/],
    [`${"a.".repeat(126)}com`, /255 characters/],
    [`*.${"a.".repeat(125)}com`, /253/],
  ];
  for (const [name, message] of cases) {
    const { hosts, problems } = usableHosts([{ name, field }]);
    assert.deepEqual(hosts, [], name);
    assert.deepEqual(
      [problems.length, problems[0]?.reason, problems[0]?.field],
      [1, "UnusableHost", field],
      name,
    );
    assert.match(problems[0]?.message ?? "", message, name);
  }
});

test("limits are met exactly", () => {
  const longest = `${"a.".repeat(125)}com`;
  assert.equal(longest.length, 253);
  assert.deepEqual(hostsOf(longest, `${"a".repeat(63)}.com`), [longest, `${"a".repeat(63)}.com`]);
});

test("a name that is dropped twice in one field is reported once", () => {
  assert.equal(
    usableHosts([
      { name: "*", field },
      { name: "*", field },
    ]).problems.length,
    1,
  );
  assert.equal(
    usableHosts([
      { name: "*", field },
      { name: "*", field: "spec.routes[1].match" },
    ]).problems.length,
    2,
  );
});

test("any names in any order give the same hosts, all of them host names", () => {
  const name = fc.oneof(
    fc.domain(),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("*.A.com", "a.com.", "A.COM"),
  );
  fc.assert(
    fc.property(fc.array(name), (names) => {
      const hosts = hostsOf(...names);
      assert.deepEqual(hostsOf(...names.toReversed(), ...names), hosts);
      assert.deepEqual(hostsOf(...hosts), hosts);
      assert.ok(hosts.every((host) => isHostname(host.replace(/^\*\./, ""))));
    }),
  );
});
