import assert from "node:assert/strict";
import { test } from "node:test";
import { covers, wildcardOver, withoutCovered } from "./names.ts";

test("a wildcard covers one label: not its apex, not two labels, no other wildcard", () => {
  const names = [
    "*.a.example.com",
    "*.example.com",
    "a.b.example.com",
    "deep.a.example.com",
    "example.com",
    "example.org",
    "www.example.com",
  ];
  assert.deepEqual(withoutCovered(names), [
    "*.a.example.com",
    "*.example.com",
    "a.b.example.com",
    "example.com",
    "example.org",
  ]);
  const plain = ["a.example.com", "example.com", "localhost"];
  assert.equal(withoutCovered(plain), plain);
});

test("what covers a host is its name or the wildcard beside it", () => {
  assert.ok(covers(["www.example.com"], "www.example.com"));
  assert.ok(covers(["*.example.com"], "www.example.com"));
  assert.ok(covers(["*.example.com"], "*.example.com"));
  for (const host of ["example.com", "a.b.example.com", "*.a.example.com", "example.org", "com"])
    assert.ok(!covers(["*.example.com"], host), host);
});

test("the wildcard over a host", () => {
  assert.equal(wildcardOver("www.example.com"), "*.example.com");
  assert.equal(wildcardOver("*.example.com"), null);
  assert.equal(wildcardOver("localhost"), null);
});
