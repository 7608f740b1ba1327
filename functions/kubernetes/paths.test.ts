import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isNamespaceName, isObjectName } from "../schema/object-names.ts";
import { collectionPath, InvalidNameError, objectPath } from "./paths.ts";

const routes = { group: "traefik.io", version: "v1alpha1", plural: "ingressroutes", kind: "IngressRoute" };
const services = { group: "", version: "v1", plural: "services", kind: "Service" };

suite("paths", () => {
  test("of a group, of core, of all namespaces", () => {
    assert.equal(
      objectPath({ resource: routes, namespace: "shop", name: "a.b" }),
      "/apis/traefik.io/v1alpha1/namespaces/shop/ingressroutes/a.b",
    );
    assert.equal(
      objectPath({ resource: services, namespace: "shop", name: "web" }),
      "/api/v1/namespaces/shop/services/web",
    );
    assert.equal(collectionPath(routes, null), "/apis/traefik.io/v1alpha1/ingressroutes");
  });

  const names = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a%2fb",
    "a?b",
    "a#b",
    "A",
    "a_b",
    "-a",
    "a-",
    "a..b",
    "a\n",
    "ä",
  ];
  for (const name of [...names, "a".repeat(254)]) {
    test(`${JSON.stringify(name.slice(0, 10))} never becomes a path`, () => {
      assert.equal(isObjectName(name), false);
      assert.throws(() => objectPath({ resource: routes, namespace: "shop", name }), InvalidNameError);
    });
  }

  for (const namespace of [...names, "a.b", "a".repeat(64)]) {
    test(`${JSON.stringify(namespace.slice(0, 10))} is no namespace`, () => {
      assert.equal(isNamespaceName(namespace), false);
      assert.throws(() => objectPath({ resource: routes, namespace, name: "a" }), InvalidNameError);
      assert.throws(() => collectionPath(routes, namespace), InvalidNameError);
    });
  }

  test("the longest names are names", () => {
    assert.equal(isNamespaceName("a".repeat(63)), true);
    assert.equal(isObjectName("a".repeat(253)), true);
    assert.equal(isObjectName("0.a-b.c"), true);
  });
});
