import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isTaken, prunerOf, withObstacle } from "./matching.ts";

const integration = {
  mismatch: (spec: unknown, wanted: unknown) => (spec === wanted ? null : "it is another"),
};

function object(metadata: Partial<KubernetesObject["metadata"]> = {}, spec = "wanted"): KubernetesObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "web", ...metadata },
    spec,
  };
}

const argo = { "argocd.argoproj.io/tracking-id": "shop:cert-manager.io/Certificate:shop/web" };
const flux = { "kustomize.toolkit.fluxcd.io/name": "shop" };
const helm = { "app.kubernetes.io/managed-by": "Helm" };
const release = { "meta.helm.sh/release-name": "shop" };

const TAKEN: readonly [what: string, metadata: Partial<KubernetesObject["metadata"]>][] = [
  ["nobody's", {}],
  ["with labels and annotations of people", { labels: { team: "shop" }, annotations: { note: "keep" } }],
  [
    "Argo CD's that it does not prune",
    { annotations: { ...argo, "argocd.argoproj.io/sync-options": "Validate=false, Prune=false" } },
  ],
  [
    "Flux' that it does not prune",
    { labels: flux, annotations: { "kustomize.toolkit.fluxcd.io/prune": "disabled" } },
  ],
  ["Helm's that it keeps", { labels: helm, annotations: { ...release, "helm.sh/resource-policy": "keep" } }],
];
for (const [what, metadata] of TAKEN) {
  test(`an object is taken over that is ${what}`, () => {
    assert.ok(isTaken(integration, object(metadata), "wanted"));
  });
}

test("what kustomize has labelled is nobody's, and what Argo CD or Flux wrote is theirs without any mark", () => {
  assert.ok(
    isTaken(
      integration,
      object({ labels: { "app.kubernetes.io/managed-by": "kustomize-v5.4.2" } }),
      "wanted",
    ),
  );
  const written = (manager: string) => object({ managedFields: [{ manager, operation: "Update" }] });
  assert.ok(isTaken(integration, written("kubectl-client-side-apply"), "wanted"));
  for (const [manager, tool] of [
    ["argocd-controller", "Argo CD"],
    ["kustomize-controller", "Flux"],
  ] as const) {
    assert.ok(!isTaken(integration, written(manager), "wanted"));
    assert.equal(prunerOf(written(manager))?.tool, tool);
  }
});

const owner = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  name: "wiki",
  uid: "u",
  controller: true,
};
const LEFT: readonly [why: RegExp, metadata: Partial<KubernetesObject["metadata"]>][] = [
  [/it belongs to Ingress wiki\./, { ownerReferences: [owner] }],
  [/it belongs to Ingress wiki\./, { ownerReferences: [{ ...owner, controller: false }] }],
  [/it is being deleted\./, { deletionTimestamp: "2026-01-01T00:00:00Z" }],
  [/an installation's of this product\./, { annotations: { "traefik-cert-rotater.io/instance": "a/b" } }],
  [/does not say "true"\./, { annotations: { "traefik-cert-rotater.io/adopt": "false" } }],
  [/Argo CD would remove it; .*sync-options: Prune=false first\./, { annotations: argo }],
  [/Argo CD would remove it/, { labels: { "argocd.argoproj.io/instance": "shop" } }],
  [/Flux would remove it; .*prune: disabled first\./, { labels: flux }],
  [/Helm would remove it; .*resource-policy: keep first\./, { labels: helm, annotations: release }],
  [/switchboard looks after it\./, { labels: { "kubernetes.io/managed-by": "switchboard" } }],
  [/kyverno looks after it\./, { labels: { "app.kubernetes.io/managed-by": "kyverno" } }],
];
const problem = { reason: "NotOurs", message: "It is left alone.", field: null } as const;
for (const [why, metadata] of LEFT) {
  test(`an object is left alone, and the route gets a problem: ${why}`, () => {
    assert.ok(!isTaken(integration, object(metadata), "wanted"));
    assert.match(withObstacle(problem, integration, object(metadata), "wanted").message, why);
  });
}

test("one that is something else is left alone, and the route gets a problem", () => {
  assert.ok(!isTaken(integration, object({}, "other"), "wanted"));
  const { message } = withObstacle(problem, integration, object({}, "other"), "wanted");
  assert.equal(message, "It is left alone. It is not adopted (adopt: matching): it is another.");
});

test("nothing is taken over, and nothing said of it, unless that is set, and unless a child is wanted", () => {
  assert.ok(!isTaken({}, object(), "wanted"));
  assert.equal(withObstacle(problem, {}, object({}, "other"), "wanted"), problem);
  assert.ok(!isTaken(integration, object(), undefined));
  assert.equal(withObstacle(problem, integration, object(), undefined), problem);
});
