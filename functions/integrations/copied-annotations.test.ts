import assert from "node:assert/strict";
import { test } from "node:test";
import { copiedAnnotations } from "./copied-annotations.ts";

const annotations = {
  "kubernetes.io/ingress.class": "internal",
  "example.com/zone": "public",
  "kubectl.kubernetes.io/last-applied-configuration": "{}",
  "argocd.argoproj.io/tracking-id": "shop",
  "argocd.argoproj.io/sync-options": "Prune=false",
  "kustomize.toolkit.fluxcd.io/prune": "disabled",
  "helm.sh/resource-policy": "keep",
  "meta.helm.sh/release-name": "shop",
  "traefik-cert-rotater.io/ignore": "cert-manager",
};
const { "kubernetes.io/ingress.class": ingressClass } = annotations;

test("nothing is copied unless that is set", () => {
  assert.equal(copiedAnnotations({ ingressClass }, annotations), undefined);
  assert.equal(copiedAnnotations({ ingressClass }, annotations, ["other"]), undefined);
});

test("all that fits a glob is copied, but nothing of tools that look after the route, and nothing of ours", () => {
  assert.deepEqual(copiedAnnotations({ ingressClass }, annotations, ["*"]), {
    "example.com/zone": "public",
    "kubernetes.io/ingress.class": "internal",
  });
  assert.deepEqual(copiedAnnotations({ ingressClass }, annotations, ["example.com/*"]), {
    "example.com/zone": "public",
  });
});

test("a class in the route's spec counts as its annotation", () => {
  const copied = copiedAnnotations({ ingressClass: "external" }, {}, ["kubernetes.io/ingress.class"]);
  assert.deepEqual(copied, { "kubernetes.io/ingress.class": "external" });
  assert.equal(copiedAnnotations({ ingressClass: null }, {}, ["*"]), undefined);
});
