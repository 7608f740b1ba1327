import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { expectedDomain, toDomain } from "./domain-suffix.ts";

suite("a suffix of the host policy", () => {
  for (const [suffix, domain] of [
    ["example.com", "example.com"],
    [".Example.COM", "example.com"],
    ["a.org.", "a.org"],
    ["internal", "internal"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ] as const) {
    test(`${suffix} is ${domain}`, () => assert.equal(toDomain(suffix), domain));
  }

  for (const [suffix, meant] of [
    ["*.example.com", "example.com"],
    ["*example.com", "example.com"],
    ["https://example.com", "example.com"],
    ["HTTPS://Shop.Example.com/cart?x#y", "shop.example.com"],
    ["example.com:443", "example.com"],
    ["https://user@example.com:8443/", "example.com"],
    ["example.com/", "example.com"],
    ["..example.com", "example.com"],
    ["example.com..", "example.com"],
    [" example.com ", "example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
  ] as const) {
    test(`${JSON.stringify(suffix)} is none, and ${meant} is meant`, () => {
      assert.equal(toDomain(suffix), null);
      assert.ok(expectedDomain(suffix).startsWith(`${meant} (a domain such as`), expectedDomain(suffix));
    });
  }

  for (const suffix of [
    "",
    ".",
    "*",
    "192.0.2.1",
    "a..b",
    "a b",
    "a_b.example.com",
    "-a.example",
    "a,b",
    "::1",
  ]) {
    test(`${JSON.stringify(suffix)} is none, and nobody can say what is meant`, () => {
      assert.equal(toDomain(suffix), null);
      assert.match(expectedDomain(suffix), /^a domain such as example\.com/);
    });
  }
});
