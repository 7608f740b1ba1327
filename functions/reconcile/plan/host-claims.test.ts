import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { atOnce } from "../../pace.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { HOSTS_SINCE_ANNOTATION, heldNames } from "./child/hosts-since.ts";
import { type ClaimSetting, claimedHosts, claimsOf, HostClaims, rankOf } from "./host-claims.ts";

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

/** A child that has its names since then. */
function child(creationTimestamp: string, ...names: readonly string[]) {
  const object: KubernetesObject = {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "c", creationTimestamp },
  };
  return heldNames(object, names);
}

function bookOf(
  ...claims: readonly (readonly [RouteDescription, ...ReturnType<typeof child>[]])[]
): HostClaims {
  const book = new HostClaims();
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
    assert.deepEqual(book.conflicting(), [young.route]);
  }
  const tied = bookOf([describe("b", "route")], [describe("a", "route")]);
  assert.equal(tied.refuse("a", "a.org"), null);
  assert.notEqual(tied.refuse("b", "a.org"), null);
});

test("whose child carries it goes before an older route", () => {
  const book = bookOf([old], [young, child("2026-02-01T00:00:00Z", "a.org")]);
  assert.equal(book.refuse("young", "a.org"), null);
  assert.match(book.refuse("old", "a.org")?.message ?? "", /belongs to IngressRoute young\/route/);
  assert.deepEqual(book.conflicting(), [old.route]);
});

test("a child that carries something else is no claim", () => {
  const book = bookOf([old], [young, child("2026-02-01T00:00:00Z", "b.org")]);
  assert.notEqual(book.refuse("young", "a.org"), null);
});

test("of two that carry it, the one that has it for longer; the oldest of a route's children counts", () => {
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
  assert.deepEqual(alone.conflicting(), []);
  const book = bookOf([twins[0]], [twins[1]], [old]);
  assert.deepEqual(
    book.conflicting().map(({ name }) => name),
    ["one", "two"],
  );
});

test("a host that nobody claims is free", () => {
  assert.equal(bookOf([old]).refuse("young", "other.org"), null);
});

suite("a wildcard and the names that it covers are one matter", () => {
  const wildcard = describe("wild", "route", "2025-01-01T00:00:00Z", "Host(`*.x.org`)");
  const single = describe("single", "route", "2026-01-01T00:00:00Z", "Host(`a.x.org`)");

  test("who has the wildcard holds what it covers", () => {
    const book = bookOf([wildcard, child("2026-02-01T00:00:00Z", "*.x.org")], [single]);
    assert.equal(book.refuse("wild", "*.x.org"), null);
    assert.match(book.refuse("single", "a.x.org")?.message ?? "", /belongs to IngressRoute wild\/route/);
    assert.deepEqual(book.conflicting(), [single.route]);
  });

  test("who has a name holds it against a wildcard that comes later", () => {
    const book = bookOf([wildcard], [single, child("2026-02-01T00:00:00Z", "a.x.org")]);
    assert.equal(book.refuse("single", "a.x.org"), null);
    assert.match(book.refuse("wild", "*.x.org")?.message ?? "", /belongs to IngressRoute single\/route/);
    assert.deepEqual(book.conflicting(), [wildcard.route]);
  });

  test("of two that have them, the one that has it for longer", () => {
    const [early, late] = ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"];
    const first = bookOf([wildcard, child(early, "*.x.org")], [single, child(late, "a.x.org")]);
    assert.deepEqual(first.conflicting(), [single.route]);
    const second = bookOf([wildcard, child(late, "*.x.org")], [single, child(early, "a.x.org")]);
    assert.deepEqual(second.conflicting(), [wildcard.route]);
  });

  test("neither its apex nor two labels deeper, nor another wildcard", () => {
    for (const host of ["x.org", "b.a.x.org", "*.a.x.org", "a.y.org"]) {
      const other = describe("other", "route", "2026-01-01T00:00:00Z", `Host(\`${host}\`)`);
      const book = bookOf([wildcard, child("2026-02-01T00:00:00Z", "*.x.org")], [other]);
      assert.equal(book.refuse("other", host), null, host);
      assert.deepEqual(book.conflicting(), [], host);
    }
  });

  test("in one namespace they never refuse each other", () => {
    const own = describe("wild", "single", "2026-01-01T00:00:00Z", "Host(`a.x.org`)");
    const book = bookOf([wildcard], [own]);
    assert.deepEqual(book.conflicting(), []);
  });

  test("a name that the certificate lists no more, for its wildcard covers it, is claimed as long as before", () => {
    // It asks for both, and the Certificate has the wildcard alone.
    const both = describe("wild", "route", "2026-01-01T00:00:00Z", "Host(`*.x.org`) || Host(`a.x.org`)");
    const older = describe("older", "route", "2020-01-01T00:00:00Z", "Host(`a.x.org`)");
    const book = bookOf([both, child("2026-02-01T00:00:00Z", "*.x.org")], [older]);
    assert.deepEqual(book.conflicting(), [older.route]);
    // It gives the wildcard up, and its children do not show that yet.
    const left = describe("wild", "route", "2026-01-01T00:00:00Z", "Host(`a.x.org`)");
    const after = bookOf([left, child("2026-02-01T00:00:00Z", "*.x.org")], [older]);
    assert.equal(after.refuse("wild", "a.x.org"), null);
    assert.deepEqual(after.conflicting(), [older.route]);
  });
});

suite("what routes claim", () => {
  const { configuration } = parseConfiguration({}, INTEGRATIONS);
  const [certManager] = configuration.integrations;
  assert.ok(certManager !== undefined);
  const setting: ClaimSetting = { ...configuration, instance: "tests/claims" };
  const keeping: ClaimSetting = { ...setting, onOptOut: "keep" };

  const ignoring = (description: RouteDescription, ignore: string): RouteDescription => ({
    ...description,
    annotations: { "traefik-cert-rotater.io/ignore": ignore },
  });
  const certificate = (
    owner: RouteDescription,
    names: readonly string[],
    annotations: Readonly<Record<string, string>> = {},
  ): KubernetesObject => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: {
      name: "c",
      namespace: owner.route.namespace,
      creationTimestamp: "2026-02-01T00:00:00Z",
      labels: { "kubernetes.io/managed-by": "Traefik-cert-rotater" },
      annotations: { "traefik-cert-rotater.io/instance": "tests/claims", ...annotations },
      ownerReferences: [
        { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", name: owner.route.name, uid: "1" },
      ],
    },
    spec: { dnsNames: names },
  });
  const claims = (
    of: ClaimSetting,
    description: RouteDescription,
    children: readonly KubernetesObject[] = [],
  ) =>
    atOnce(claimsOf(of, [description], [[certManager, children]])).map(
      ([host, { rank }]) => `${host} ${rank[0]}`,
    );

  test("its hosts: those that its children have go first", () => {
    const route = describe("shop", "route", "2026-01-01T00:00:00Z", "Host(`a.org`) || Host(`b.org`)");
    assert.deepEqual(claims(setting, route, [certificate(route, ["b.org"])]), ["a.org 1", "b.org 0"]);
  });

  test("a child of another installation counts for nothing", () => {
    const foreign = certificate(old, ["a.org"], { "traefik-cert-rotater.io/instance": "tests/other" });
    assert.deepEqual(claims(setting, old, [foreign]), ["a.org 1"]);
  });

  test("a child that a restore left without owner holds for its route, once it is to be taken over", () => {
    const { metadata, ...rest } = certificate(old, ["a.org"]);
    const { ownerReferences: _, ...bare } = metadata;
    const left = { ...rest, metadata: { ...bare, name: certManager.childName(old.route) } };
    assert.deepEqual(claims(setting, old, [left]), ["a.org 1"]);
    const continued = { ...setting, takeOverFrom: ["tests/claims"] };
    assert.deepEqual(claims(continued, old, [left]), ["a.org 0"]);
    assert.deepEqual(claims(continued, young, [left]), ["a.org 1"]);
    const other = { ...left, metadata: { ...left.metadata, name: "other-tls" } };
    assert.deepEqual(claims(continued, old, [other]), ["a.org 1"]);
  });

  test("opted out of everything: nothing, not even what a child still has", () => {
    for (const words of ["all", "cert-manager,external-dns", " external-dns , cert-manager "]) {
      assert.deepEqual(claims(setting, ignoring(old, words), [certificate(old, ["a.org"])]), [], words);
    }
  });

  test("opted out of one integration: all", () => {
    assert.deepEqual(claims(setting, ignoring(old, "cert-manager")), ["a.org 1"]);
  });

  test("opted out and keeping: the names of its children and no others", () => {
    assert.deepEqual(claims(keeping, ignoring(old, "all"), [certificate(old, ["kept.org"])]), ["kept.org 0"]);
    assert.deepEqual(claims(keeping, ignoring(old, "all")), []);
  });

  test("another class: nothing", () => {
    const selecting = { ...setting, selector: { ...configuration.selector, ingressClass: "internal" } };
    assert.deepEqual(claims(selecting, old), []);
  });

  test("the work grows with the routes and their names, not with their square", () => {
    // Each child says its names, and its record is read, once, however many hosts and owners ask.
    let [asked, read] = [0, 0];
    const counting = {
      ...certManager,
      names: (spec: unknown) => {
        asked++;
        return certManager.names(spec);
      },
    };
    const hosts = Array.from({ length: 200 }, (_, index) => `h${index}.org`);
    const match = hosts.map((host) => `Host(\`${host}\`)`).join(" || ");
    const routes = Array.from({ length: 40 }, (_, index) =>
      describe(`n${index}`, "route", "2026-01-01T00:00:00Z", match),
    );
    const children = routes.map((route) => {
      const object = certificate(route, hosts);
      const since = JSON.stringify(Object.fromEntries(hosts.map((host) => [host, "2026-03-01T00:00:00Z"])));
      Object.defineProperty(object.metadata.annotations, HOSTS_SINCE_ANNOTATION, {
        enumerable: true,
        get() {
          read++;
          return since;
        },
      });
      return object;
    });
    const found = atOnce(claimsOf(setting, routes, [[counting, children]]));
    assert.equal(found.length, routes.length * hosts.length);
    assert.deepEqual([asked, read], [children.length, children.length]);
  });

  test("others may go on after each child: no step looks at many", () => {
    const routes = Array.from({ length: 100 }, (_, index) => describe(`n${index}`, "route"));
    let looks = 0;
    const children = routes.map((route) => {
      const object = certificate(route, ["a.org"]);
      const owners = object.metadata.ownerReferences;
      Object.defineProperty(object.metadata, "ownerReferences", {
        enumerable: true,
        get() {
          looks++;
          return owners;
        },
      });
      return object;
    });
    const steps = claimsOf(setting, routes, [[certManager, children]]);
    let most = 0;
    for (let step = steps.next(); !step.done; step = steps.next()) {
      most = Math.max(most, looks);
      looks = 0;
    }
    assert.ok(Math.max(most, looks) <= 5, `${Math.max(most, looks)} looks at owners in one step`);
  });
});

test("8,000 namespaces and one host, then 8,000 hosts under one wildcard: each claim is looked at a few times", () => {
  const count = 8_000;
  const names = Array.from({ length: count }, (_, index) => `n${index}`);
  for (const hostOf of [() => "a.org", (name: string) => `${name}.x.org`]) {
    let looks = 0;
    const book = new HostClaims();
    for (const name of ["wild", ...names]) {
      const route = {
        kind: "IngressRoute",
        group: "traefik.io",
        name: "r",
        get namespace() {
          looks++;
          return name;
        },
      } as const;
      book.add(name === "wild" ? "*.x.org" : hostOf(name), { route, rank: `1 ${name}` });
    }
    const conflicting = book.conflicting();
    assert.equal(conflicting.length, hostOf("") === "a.org" ? count - 1 : 1);
    assert.ok(looks < 20 * count, `${looks} looks`);
  }
});
