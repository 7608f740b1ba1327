import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { inTheWay } from "./in-the-way.ts";
import { classifyOwnership, mayWrite } from "./ownership.ts";

const INSTANCE = "new/tcr";
const identity = { instance: INSTANCE, takeOverFrom: [] };
const route = { kind: "IngressRoute", name: "web" } as const;
const owner: OwnerReference = {
  apiVersion: "traefik.io/v1alpha1",
  kind: "IngressRoute",
  name: "web",
  uid: "uid-web",
  controller: true,
};
const other: OwnerReference = { ...owner, name: "other" };
const deployment: OwnerReference = { ...owner, apiVersion: "apps/v1", kind: "Deployment", name: "boss" };

type Texts = Readonly<Record<string, string>>;

function child(
  labels: Texts,
  annotations: Texts,
  ownerReferences?: readonly OwnerReference[],
): KubernetesObject {
  const metadata = {
    namespace: "shop",
    name: "web-tls",
    labels,
    annotations,
    ...(ownerReferences && { ownerReferences }),
  };
  return { apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata };
}

const labelled = { "kubernetes.io/managed-by": "Traefik-cert-rotater" };
const switchboards = { "kubernetes.io/managed-by": "switchboard" };
const ours = { "traefik-cert-rotater.io/instance": INSTANCE };
const moved = { "traefik-cert-rotater.io/instance": "old/tcr" };
const adopt = { "traefik-cert-rotater.io/adopt": "true" };

/** What stands in the way, the reason, and what the message says of it. */
const cases: readonly (readonly [string, KubernetesObject, string, RegExp])[] = [
  ["restored without owners", child(labelled, ours), "Released", /its owner \(a restore .* was taken away/],
  [
    "that, with the annotation of the old advice",
    child(labelled, { ...ours, ...adopt }),
    "Released",
    /its owner/,
  ],
  ["released by its label", child({}, ours, [owner]), "Released", /its label kubernetes\.io\/managed-by was/],
  [
    "moved",
    child(labelled, moved, [owner]),
    "NotOurs",
    /made by installation old\/tcr.*selector\.ingressClass/,
  ],
  ["moved, with the old advice", child(labelled, { ...moved, ...adopt }, [owner]), "NotOurs", /old\/tcr/],
  ["moved and restored", child(labelled, moved), "NotOurs", /old\/tcr/],
  ["moved, of another route", child(labelled, moved, [other]), "NotOurs", /old\/tcr/],
  ["another controller's", child({}, {}, [deployment]), "NotOurs", /belongs to Deployment boss/],
  ["that, handed over", child({}, adopt, [deployment]), "NotOurs", /belongs to Deployment boss/],
  ["Switchboard's of another route", child(switchboards, {}, [other]), "NotOurs", /IngressRoute other/],
  ["Switchboard's of nobody", child(switchboards, adopt), "NotOurs", /belongs to Switchboard/],
  [
    "somebody's, whose annotation is no true",
    child({}, { ...adopt, "traefik-cert-rotater.io/adopt": "yes" }),
    "NotOurs",
    /the annotation/,
  ],
  [
    "somebody's",
    child({}, {}),
    "NotOurs",
    /hand it over with the annotation traefik-cert-rotater\.io\/adopt: "true"\.$/,
  ],
];

for (const [title, live, reason, text] of cases) {
  test(`${title}: ${reason}, and what the message advises works`, () => {
    assert.equal(mayWrite(classifyOwnership(live, route, identity)), false);
    const problem = inTheWay(live, route, identity);
    assert.equal(problem.reason, reason);
    assert.match(problem.message, text);
    assert.equal(
      classifyOwnership(merge(live, advised(problem.message)) as KubernetesObject, route, identity),
      "adoptable",
    );
  });
}

test("a child that another route of this installation has is not to be taken from it", () => {
  const { reason, message } = inTheWay(child(labelled, ours, [other]), route, identity);
  assert.equal(reason, "NotOurs");
  assert.match(message, /is the child of IngressRoute other: .* Give one of the two routes another name\.$/);
  assert.doesNotMatch(message, /adopt|kubectl/);
});

test("the command names the object for kubectl", () => {
  assert.match(
    inTheWay(child(labelled, ours), route, identity).message,
    /: kubectl patch certificate\.cert-manager\.io web-tls -n shop --type merge -p '\{/,
  );
});

test("of an object of a file, which may have no namespace, the command names none", () => {
  const { namespace: _, ...metadata } = child(switchboards, {}, [other]).metadata;
  const { message } = inTheWay({ ...child(switchboards, {}, [other]), metadata }, route, identity);
  assert.match(message, /: kubectl patch certificate\.cert-manager\.io web-tls --type merge -p '\{/);
});

/** The patch of the message's command, or the annotation that it names. */
function advised(message: string): unknown {
  const patch = / -p '(.*)'/.exec(message)?.[1];
  return patch === undefined ? { metadata: { annotations: adopt } } : JSON.parse(patch);
}

/** RFC 7396. */
function merge(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== "object") return patch;
  const merged: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
