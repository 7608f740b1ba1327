import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { ClaimBook, claimedHosts, rankOf } from "./host-claims.ts";

function describe(
  namespace: string,
  name: string,
  createdAt = "2026-01-01T00:00:00Z",
  match = "Host(`a.org`)",
) {
  const metadata = { namespace, name, creationTimestamp: createdAt };
  const spec = { routes: [{ kind: "Rule", match }] };
  const route = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata, spec };
  return parseRoute(route, { compileRegexp: () => null });
}

/** A child that we last changed at that time. */
function child(time: string, ...names: readonly string[]) {
  const managedFields = [
    { manager: "cert-manager", operation: "Update", time: "2000-01-01T00:00:00Z" },
    { manager: "traefik-cert-rotater", operation: "Apply", time },
  ];
  const object: KubernetesObject = {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "c", managedFields },
  };
  return { child: object, names };
}

function bookOf(
  ...claims: readonly (readonly [RouteDescription, ...ReturnType<typeof child>[]])[]
): ClaimBook {
  const book = new ClaimBook();
  for (const [description, ...children] of claims) {
    for (const host of claimedHosts(description, children)) {
      book.add(host, { route: description.route, rank: rankOf(description, host, children) });
    }
  }
  return book;
}

const old = describe("old", "route", "2020-01-01T00:00:00Z");
const young = describe("young", "route", "2026-01-01T00:00:00Z");

test("nobody has it: the older route, then the lesser namespace", () => {
  for (const claims of [
    [[old], [young]],
    [[young], [old]],
  ] as const) {
    const book = bookOf(...claims);
    assert.equal(book.refuse("old", "a.org"), null);
    assert.equal(book.refuse("young", "a.org")?.reason, "HostClaimed");
    assert.deepEqual(book.losers(), [young.route]);
  }
  const tied = bookOf([describe("b", "route")], [describe("a", "route")]);
  assert.equal(tied.refuse("a", "a.org"), null);
  assert.notEqual(tied.refuse("b", "a.org"), null);
});

test("whose child carries it goes before an older route", () => {
  const book = bookOf([old], [young, child("2026-02-01T00:00:00Z", "a.org")]);
  assert.equal(book.refuse("young", "a.org"), null);
  assert.match(book.refuse("old", "a.org")?.message ?? "", /belongs to IngressRoute young\/route/);
  assert.deepEqual(book.losers(), [old.route]);
});

test("a child that carries something else is no claim", () => {
  const book = bookOf([old], [young, child("2026-02-01T00:00:00Z", "b.org")]);
  assert.notEqual(book.refuse("young", "a.org"), null);
});

test("of two that carry it, the one that has been as it is for longer; the oldest of a route's children counts", () => {
  const book = bookOf(
    [old, child("2026-03-01T00:00:00Z", "a.org")],
    [young, child("2026-04-01T00:00:00Z", "a.org"), child("2026-02-01T00:00:00Z", "a.org")],
  );
  assert.equal(book.refuse("young", "a.org"), null);
  assert.notEqual(book.refuse("old", "a.org"), null);
});

test("a rule in error: what its children keep is claimed too", () => {
  const broken = describe("young", "route", "2026-01-01T00:00:00Z", "Host(`a.org`");
  const book = bookOf([old], [broken, child("2026-02-01T00:00:00Z", "a.org")]);
  assert.equal(book.refuse("young", "a.org"), null);
  assert.notEqual(book.refuse("old", "a.org"), null);
  const whole = describe("young", "route", "2026-01-01T00:00:00Z", "Host(`b.org`)");
  assert.deepEqual([...claimedHosts(whole, [child("", "a.org")])], ["b.org"]);
});

test("within a namespace nobody is refused, and all of it lose together", () => {
  const twins = [describe("young", "one"), describe("young", "two")] as const;
  const alone = bookOf([twins[0]], [twins[1]]);
  assert.equal(alone.refuse("young", "a.org"), null);
  assert.deepEqual(alone.losers(), []);
  const book = bookOf([twins[0]], [twins[1]], [old]);
  assert.deepEqual(
    book.losers().map(({ name }) => name),
    ["one", "two"],
  );
});

test("a host that nobody claims is free", () => {
  assert.equal(bookOf([old]).refuse("young", "other.org"), null);
});
