import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isSharing, type SharingIntegration } from "./namespace-index.ts";
import type { Plan } from "./plan.ts";
import { planRoute } from "./planner.ts";
import { planGroup } from "./shared.ts";

const INSTANCE = "tests/tcr";
const { integrations } = parseConfiguration({}, INTEGRATIONS).configuration;
const integration = integrations.find(isSharing) as SharingIntegration;
const setting = {
  instance: INSTANCE,
  takeOverFrom: [],
  selector: { ingressClass: null },
  onOptOut: "delete",
  now: "2026-06-01T00:00:00Z",
  observedState: { dependencies: new Map(), refuseName: () => null },
  isReady: () => true,
} as const;

interface RouteOptions {
  readonly secretName?: string;
  readonly match?: string;
  readonly age?: number;
}

function route(
  name: string,
  { secretName = "one", match = `Host(\`${name}.org\`)`, age = 0 }: RouteOptions = {},
) {
  const creationTimestamp = `202${9 - age}-01-01T00:00:00Z`;
  const metadata = { namespace: "shop", name, uid: `uid-${name}`, creationTimestamp };
  const spec = { routes: [{ kind: "Rule", match }], tls: { secretName } };
  const object = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata, spec };
  return parseRoute(object, { compileRegexp: () => null });
}

/** A Certificate of ours; the first owner is the controller. */
function certificate(
  name: string,
  secretName: string,
  owners: readonly string[],
  more: Partial<KubernetesObject["metadata"]> & { readonly dnsNames?: readonly string[] } = {},
): KubernetesObject {
  const { dnsNames = [`${owners[0]}.org`], ...metadata } = more;
  const ownerReferences: OwnerReference[] = owners.map((owner, index) => ({
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    name: owner,
    uid: `uid-${owner}`,
    ...(index === 0 ? { controller: true } : {}),
  }));
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: {
      name,
      namespace: "shop",
      labels: { "kubernetes.io/managed-by": "Traefik-cert-rotater" },
      annotations: { "traefik-cert-rotater.io/instance": INSTANCE },
      ownerReferences,
      ...metadata,
    },
    spec: { secretName, dnsNames },
  };
}

/** `action name [names] [owners]`, and the reasons of problems. */
function inShort({ step, problems }: Plan): string {
  const reasons = problems.map(({ reason }) => ` !${reason}`).join("");
  if (step.action === "none") return `none${reasons}`;
  if (step.action === "delete") return `delete ${step.live.metadata.name}${reasons}`;
  const { metadata, spec } = step.child;
  const owners = (metadata.ownerReferences ?? []).map((owner) => owner.name + (owner.controller ? "*" : ""));
  const { dnsNames } = spec as { dnsNames: readonly string[] };
  return `${step.action} ${metadata.name} [${dnsNames.join(" ")}] [${owners.join(" ")}]${reasons}`;
}

function group(
  members: readonly RouteDescription[],
  children: readonly KubernetesObject[] = [],
  more: { readonly keeping?: readonly RouteDescription[]; readonly moving?: KubernetesObject } = {},
): string[] {
  const holders = children.filter(({ spec }) => integration.sharedResource.of(spec) === "one");
  const occupantOf = (name: string) => children.find(({ metadata }) => metadata.name === name) ?? null;
  const { keeping = [], moving = null } = more;
  return planGroup(
    integration,
    { sharedResource: "one", members, keeping, holders, occupantOf, moving },
    setting,
  ).map(inShort);
}

test("a new one is named after the oldest route, whatever the order", () => {
  const members = [route("b", { age: 1 }), route("c"), route("a", { age: 2 })];
  for (const order of [members, [...members].reverse()]) {
    assert.deepEqual(group(order), ["create a-tls [a.org b.org c.org] [a* b c]"]);
  }
  assert.deepEqual(group([route("y"), route("x")]), ["create x-tls [x.org y.org] [x* y]"]);
});

test("one that is there keeps name and controller; an older route that joins changes neither", () => {
  assert.deepEqual(group([route("a", { age: 5 }), route("b")], [certificate("b-tls", "one", ["b"])]), [
    "update b-tls [a.org b.org] [b* a]",
  ]);
});

test("the controller is gone: the oldest that is left", () => {
  const live = certificate("a-tls", "one", ["a", "b", "c"]);
  assert.deepEqual(group([route("b"), route("c", { age: 3 })], [live]), [
    "update a-tls [b.org c.org] [c* b]",
  ]);
});

test("two of ours: the older stays; one that is on its way out is not deleted again", () => {
  const [old, young] = [
    certificate("b-tls", "one", ["b"], { creationTimestamp: "2026-01-01T00:00:00Z" }),
    certificate("a-tls", "one", ["a"], { creationTimestamp: "2026-02-01T00:00:00Z" }),
  ];
  const members = [route("a"), route("b")];
  assert.deepEqual(group(members, [young, old]), ["update b-tls [a.org b.org] [b* a]", "delete a-tls"]);
  const leaving = { ...young, metadata: { ...young.metadata, deletionTimestamp: "2026-02-02T00:00:00Z" } };
  assert.deepEqual(group(members, [leaving, old]), ["update b-tls [a.org b.org] [b* a]"]);
});

test("nobody wants it any more: it goes, but for one that is not of this installation", () => {
  assert.deepEqual(group([], [certificate("a-tls", "one", ["a"])]), ["delete a-tls"]);
  const theirs = certificate("a-tls", "one", ["a"], {
    annotations: { "traefik-cert-rotater.io/instance": "x/y" },
  });
  assert.deepEqual(group([], [theirs]), []);
});

test("somebody else's on the Secret: SecretNameTaken; under our name: NotOurs", () => {
  const foreign = certificate("by-hand", "one", ["a"], { labels: {}, annotations: {}, ownerReferences: [] });
  assert.deepEqual(group([route("a")], [foreign]), ["none !SecretNameTaken"]);
  const named = { ...foreign, metadata: { ...foreign.metadata, name: "a-tls" } };
  assert.deepEqual(group([route("a")], [named]), ["none !NotOurs"]);
  const elsewhere = { ...named, spec: { secretName: "other" } };
  assert.deepEqual(group([route("a")], [elsewhere]), ["none !NotOurs"]);
});

test("somebody else's that has every name is no problem but a note, and adopting is advised where none is lost", () => {
  const reported = (
    dnsNames: readonly string[],
    name = "by-hand",
    ownerReferences: OwnerReference[] = [],
  ) => {
    const more = { labels: {}, annotations: {}, ownerReferences, dnsNames };
    const members = [route("a"), route("b")];
    const [plan] = planGroup(
      integration,
      {
        sharedResource: "one",
        members,
        keeping: [],
        holders: [certificate(name, "one", ["a"], more)],
        occupantOf: () => null,
        moving: null,
      },
      setting,
    );
    const [problem] = plan?.problems ?? [];
    const advice = /adopt/.exec(problem?.message ?? "")?.[0];
    return `${problem?.reason}${problem?.note === true ? " note" : ""}${advice === undefined ? "" : ` ${advice}`}`;
  };
  assert.equal(reported(["b.org", "a.org"]), "SecretNameTaken note adopt");
  assert.equal(reported(["a.org", "b.org"], "a-tls"), "NotOurs note adopt");
  assert.equal(reported(["a.org", "b.org", "c.org"]), "SecretNameTaken note");
  assert.equal(reported(["a.org"]), "SecretNameTaken");
  assert.equal(reported(["*.org"]), "SecretNameTaken note");
  const ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    name: "a",
    uid: "i",
    controller: true,
  };
  assert.equal(reported(["a.org", "b.org"], "shim", [ingress]), "SecretNameTaken");
});

test("handed over by annotation: adopted under its own name", () => {
  const annotations = { "traefik-cert-rotater.io/adopt": "true" };
  const handed = certificate("by-hand", "one", ["a"], { labels: {}, annotations, ownerReferences: [] });
  assert.deepEqual(group([route("a")], [handed]), ["update by-hand [a.org] [a*]"]);
});

test("a name that a child of ours has for another Secret: with a hash of the Secret's", () => {
  const other = certificate("a-tls", "two", ["b"]);
  assert.deepEqual(group([route("a")], [other]), ["create a-tls-7692c3ad [a.org] [a*]"]);
});

test("a child on its way to the claim is taken unless something has it", () => {
  const moving = certificate("a-tls", "two", ["a"]);
  assert.deepEqual(group([route("a")], [moving], { moving }), ["update a-tls [a.org] [a*]"]);
});

test("a rule in error keeps the names; a route with nothing else has no part until it has a name", () => {
  const broken = route("b", { match: "Host(`b.org`" });
  const live = certificate("a-tls", "one", ["a", "b"], { dnsNames: ["a.org", "b.org"] });
  assert.deepEqual(group([route("a", { match: "Host(`x.org`)" }), broken], [live]), [
    "update a-tls [a.org b.org x.org] [a* b]",
  ]);
  assert.deepEqual(group([route("a"), broken]), ["create a-tls [a.org] [a*]"]);
  assert.deepEqual(group([broken]), []);
});

test("a route that keeps its share holds up nobody, and stays an owner", () => {
  const keeper = route("a");
  const live = certificate("a-tls", "one", ["a", "b"], { dnsNames: ["a.org", "b.org"] });
  assert.deepEqual(group([route("b", { match: "Host(`x.org`)" })], [live], { keeping: [keeper] }), [
    "update a-tls [a.org b.org x.org] [a* b]",
  ]);
  assert.deepEqual(group([], [live], { keeping: [keeper] }), []);
  assert.deepEqual(group([route("c")], [], { keeping: [keeper] }), ["create c-tls [c.org] [c*]"]);
});

interface Seen {
  /** Null where the route is gone. */
  readonly description: RouteDescription | null;
  /** The object that has the route's own child name, and those that only a list finds. */
  readonly known: readonly KubernetesObject[];
  /** All objects of the kind; null where they were not read. */
  readonly children: readonly KubernetesObject[] | null;
  readonly routes: readonly RouteDescription[] | null;
  readonly readsAll: boolean;
}

/** What must be read for route a, or the plans. */
function decision(more: Partial<Seen>): string | string[] {
  const seen: Seen = {
    description: route("a"),
    known: [],
    children: null,
    routes: null,
    readsAll: false,
    ...more,
  };
  const { description, readsAll, routes } = seen;
  const observed = {
    children: seen.children ?? seen.known,
    hasAllChildren: seen.children !== null,
    routes,
  };
  const planned = planRoute(
    integration,
    { route: route("a").route, description, readsAll },
    observed,
    setting,
  );
  return "plans" in planned ? planned.plans.map(inShort) : planned.missing;
}

test("a route alone with its child reads nothing more, and with an order to read all everything", () => {
  const known = [certificate("a-tls", "one", ["a"])];
  assert.deepEqual(decision({ known }), ["update a-tls [a.org] [a*]"]);
  assert.equal(decision({ known, readsAll: true }), "children");
  assert.equal(decision({ known, children: known, readsAll: true }), "routes");
});

test("a route that makes its child reads the children, and the routes only where others have the claim", () => {
  assert.equal(decision({}), "children");
  assert.deepEqual(decision({ children: [] }), ["create a-tls [a.org] [a*]"]);
  assert.equal(decision({ children: [certificate("b-tls", "one", ["b"])] }), "routes");
});

test("a route that shares reads both, one that is gone too", () => {
  const children = [certificate("a-tls", "one", ["a", "b"])];
  assert.equal(decision({ known: children }), "children");
  assert.equal(decision({ known: children, children }), "routes");
  const gone = { description: null, children, routes: [route("b")] };
  assert.deepEqual(decision(gone), ["update a-tls [b.org] [b*]"]);
});

test("two of ours on one Secret, one of which is left: the routes decide about the other, too", () => {
  const creationTimestamp = "2020-01-01T00:00:00Z";
  const children = [
    certificate("b-tls", "one", ["b"]),
    certificate("a-tls", "one", ["a"], { creationTimestamp }),
  ];
  const routes = [route("b")];
  assert.equal(decision({ description: null, children }), "routes");
  assert.deepEqual(decision({ description: null, children, routes }), [
    "update b-tls [b.org] [b*]",
    "delete a-tls",
  ]);
  const moves = route("a", { secretName: "two" });
  assert.equal(decision({ description: moves, children }), "routes");
});

test("a route that leaves: what takes it up is written before what it leaves", () => {
  const children = [certificate("a-tls", "one", ["a", "b"])];
  const description = route("a", { secretName: "two" });
  const routes = [description, route("b")];
  assert.deepEqual(decision({ description, children, routes }), [
    "create a-tls-3fc4ccfe [a.org] [a*]",
    "update a-tls [b.org] [b*]",
  ]);
});
