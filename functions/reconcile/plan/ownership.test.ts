import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { classifyOwnership, isOfInstance, owningRoutes } from "./ownership.ts";

const INSTANCE = "traefik/tcr";
const identity = { instance: INSTANCE, takeOverFrom: [] };
const route = { kind: "IngressRoute", name: "web" } as const;
const owner: OwnerReference = {
  apiVersion: "traefik.io/v1alpha1",
  kind: "IngressRoute",
  name: "web",
  uid: "uid-web",
  controller: true,
};

function child(
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
  ownerReferences: readonly OwnerReference[],
): KubernetesObject {
  const metadata = { namespace: "shop", name: "web-tls", labels, annotations, ownerReferences };
  return { apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata };
}

const ours = { "kubernetes.io/managed-by": "Traefik-cert-rotater" };
const switchboards = { "kubernetes.io/managed-by": "switchboard" };
const mine = { "traefik-cert-rotater.io/instance": INSTANCE };
const adopt = { "traefik-cert-rotater.io/adopt": "true" };
const deployment: OwnerReference = { ...owner, apiVersion: "apps/v1", kind: "Deployment" };

const cases: readonly (readonly [string, KubernetesObject, string])[] = [
  ["label, instance and owner", child(ours, mine, [owner]), "ours"],
  ["an earlier route of the name", child(ours, mine, [{ ...owner, uid: "uid-before" }]), "ours"],
  ["the legacy group", child(ours, mine, [{ ...owner, apiVersion: "traefik.containo.us/v1alpha1" }]), "ours"],
  ["one owner among several", child(ours, mine, [{ ...owner, name: "first" }, owner]), "ours"],
  ["another route", child(ours, mine, [{ ...owner, name: "other" }]), "foreign"],
  ["a namesake of the other kind", child(ours, mine, [{ ...owner, kind: "IngressRouteTCP" }]), "foreign"],
  ["a namesake for UDP", child(ours, mine, [{ ...owner, kind: "IngressRouteUDP" }]), "foreign"],
  ["no label any more", child({}, mine, [owner]), "released"],
  ["no owner any more", child(ours, mine, []), "released"],
  ["another installation", child(ours, { "traefik-cert-rotater.io/instance": "x/y" }, [owner]), "foreign"],
  [
    "another's, with a word",
    child(ours, { ...adopt, "traefik-cert-rotater.io/instance": "x/y" }, []),
    "foreign",
  ],
  ["label and owner without instance", child(ours, {}, [owner]), "foreign"],
  ["somebody's", child({}, {}, []), "foreign"],
  ["somebody's, handed over", child({}, adopt, []), "adoptable"],
  ["handed over with another word", child({}, { "traefik-cert-rotater.io/adopt": "yes" }, []), "foreign"],
  ["handed over, of this route already", child({}, adopt, [owner]), "adoptable"],
  ["handed over, with another controller", child({}, adopt, [deployment]), "foreign"],
  [
    "handed over, another's but not its controller",
    child({}, adopt, [{ ...deployment, controller: false }]),
    "adoptable",
  ],
  ["handed over, of another route", child({}, adopt, [{ ...owner, name: "other" }]), "foreign"],
  ["released and handed over again", child({}, { ...mine, ...adopt }, []), "adoptable"],
  ["Switchboard's for this route", child(switchboards, {}, [owner]), "adoptable"],
  ["Switchboard's for another", child(switchboards, {}, [{ ...owner, name: "other" }]), "foreign"],
  [
    "Switchboard's without a controller",
    child(switchboards, adopt, [{ ...owner, controller: false }]),
    "foreign",
  ],
  [
    "Switchboard's label on a Deployment's",
    child(switchboards, {}, [{ ...deployment, kind: "IngressRoute" }]),
    "foreign",
  ],
];

for (const [title, object, expected] of cases) {
  test(`${title}: ${expected}`, () => assert.equal(classifyOwnership(object, route, identity), expected));
}

const ofFormer = { "traefik-cert-rotater.io/instance": "old/tcr" };
const takingOver: readonly (readonly [string, KubernetesObject, string])[] = [
  ["a former installation's", child(ours, ofFormer, [owner]), "ours"],
  [
    "a former installation's of another route",
    child(ours, ofFormer, [{ ...owner, name: "other" }]),
    "foreign",
  ],
  ["a former installation's without owner", child(ours, ofFormer, []), "adoptable"],
  ["its own without owner", child(ours, mine, []), "adoptable"],
  ["one that another controller has by now", child(ours, ofFormer, [deployment]), "released"],
  ["a former installation's without label", child({}, ofFormer, [owner]), "released"],
  ["its own without label", child({}, mine, []), "released"],
  ["a third installation's", child(ours, { "traefik-cert-rotater.io/instance": "x/y" }, []), "foreign"],
];
for (const [title, object, expected] of takingOver) {
  test(`while children are taken over, ${title}: ${expected}`, () => {
    const continued = { instance: INSTANCE, takeOverFrom: ["old/tcr", INSTANCE] };
    assert.equal(classifyOwnership(object, route, continued), expected);
  });
}

test("the controller comes first among the owners, and others than routes are none", () => {
  const second = { ...owner, name: "second", controller: false };
  const object = child(ours, mine, [second, deployment, owner]);
  assert.deepEqual(
    owningRoutes(object).map(({ name, namespace }) => `${namespace}/${name}`),
    ["shop/web", "shop/second"],
  );
  assert.equal(isOfInstance(object, identity), true);
  assert.equal(isOfInstance(child(ours, mine, [deployment]), identity), false);
});
