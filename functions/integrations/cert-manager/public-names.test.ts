import assert from "node:assert/strict";
import { test } from "node:test";
import { isPublic, mixedNamesProblems } from "./public-names.ts";

test("reserved and private domains, single labels and private addresses are no public names", () => {
  const names = [
    "printer.local",
    "*.svc.cluster.local",
    "a.internal",
    "nas.home.arpa",
    "nas",
    "localhost",
    "a.b.test",
    "www.example",
    "x.lan",
    "10.0.0.1",
    "192.168.1.1",
    "100.64.1.1",
    "::1",
    "fd00::1",
    "fe80::1",
    "2001:db8::1",
  ];
  assert.deepEqual(names.filter(isPublic), []);
  const publics = [
    "example.com",
    "*.example.com",
    "local.example.com",
    "test.de",
    "8.8.8.8",
    "2606:4700::1111",
  ];
  assert.deepEqual(publics.filter(isPublic), publics);
});

test("reported only where they are mixed", () => {
  assert.deepEqual(mixedNamesProblems(["a.local", "nas"]), []);
  assert.deepEqual(mixedNamesProblems(["a.example.com", "b.example.com"]), []);
  assert.deepEqual(mixedNamesProblems([]), []);
  assert.match(
    mixedNamesProblems(["a.example.com", "a.local", "10.0.0.1"])[0]?.message ?? "",
    /signs "a\.local", "10\.0\.0\.1", and/,
  );
});
