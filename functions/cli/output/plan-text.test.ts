import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PlainObject } from "../cluster/applied-object.ts";
import type { ClusterPlan, PlannedChange } from "../cluster/cluster-plan.ts";
import { planText } from "./plan-text.ts";

const ROUTE = { kind: "IngressRoute", group: "traefik.io", namespace: "shop", name: "web" } as const;

function child(metadata: object, names: readonly string[] = ["a.example.com"]): PlainObject {
  const spec = { dnsNames: names, secretName: "web" };
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "web-tls", ...metadata },
    spec,
  };
}

function owner(uid: string): object {
  return {
    ownerReferences: [
      { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", name: "web", uid, controller: true },
    ],
  };
}

function clusterPlan(change: Partial<PlannedChange>, more: Partial<ClusterPlan> = {}): ClusterPlan {
  return {
    server: "https://cluster/",
    instance: "a/b",
    configurationFrom: { source: "ConfigMap", namespace: "a", name: "b-config" },
    routes: 1,
    children: 1,
    changes: [
      {
        action: "update",
        kind: "Certificate",
        namespace: "shop",
        name: "web-tls",
        routes: [ROUTE],
        before: child({}),
        after: child({}),
        secret: null,
        blocked: false,
        ...change,
      },
    ],
    problems: [],
    notes: [],
    failures: [],
    blocked: 0,
    losses: { vanishing: [], leftovers: [] },
    unpublished: [],
    ...more,
  };
}

const PLAIN = (_: string, text: string) => text;

describe("a plan for people", () => {
  test("a route that was made again is another owner, whatever its name", async () => {
    const [before, after] = [child(owner("11111111-2222")), child(owner("33333333-4444"))];
    const text = await planText(clusterPlan({ before, after }), PLAIN);
    assert.match(text, /\n {4}- {3}- IngressRoute web of traefik\.io, uid 11111111, controller\n/);
    assert.match(text, /\n {4}\+ {3}- IngressRoute web of traefik\.io, uid 33333333, controller\n/);
  });

  test("the order of keys is no difference, and of our own marks only that they change is reported", async () => {
    const { spec, ...rest } = child({ annotations: { "traefik-cert-rotater.io/applied": "1" } });
    const reversed = Object.fromEntries(Object.entries(spec as object).reverse());
    const after = {
      ...rest,
      metadata: { annotations: { "traefik-cert-rotater.io/applied": "2" } },
      spec: reversed,
    };
    const text = await planText(clusterPlan({ before: { ...rest, spec }, after }), PLAIN);
    assert.match(
      text,
      /for IngressRoute web\n {6}only this installation's own marks change\n\n0 to create, 1 to change/,
    );
  });

  test("since when a child has a host is bookkeeping too", async () => {
    const since = (host: string) => ({
      "traefik-cert-rotater.io/hosts-since": `{"${host}":"2026-01-01T00:00:00Z"}`,
    });
    const [before, after] = ["a.example.com", "b.example.com"].map((host) =>
      child({ annotations: since(host) }, [host]),
    );
    const text = await planText(clusterPlan({ before: before ?? null, after: after ?? null }), PLAIN);
    assert.match(text, /- {5}- a\.example\.com\n {4}\+ {5}- b\.example\.com/);
    assert.doesNotMatch(text, /hosts-since/);
  });

  test("colours say what comes and what goes", async () => {
    const change = { before: child({}, ["old"]), after: child({}, ["new"]) };
    const text = await planText(clusterPlan(change), (colour, text) => `<${colour}>${text}</${colour}>`);
    assert.match(text, /<red> {4}- {5}- old<\/red>\n<green> {4}\+ {5}- new<\/green>\n/);
    assert.match(text, /<dim> {6}spec:<\/dim>|<dim> {6}…<\/dim>/);
  });

  test("failures, notes and blocked deletions have their place, and nothing to do is said", async () => {
    const change = { action: "delete", after: null, blocked: true } as const;
    const more = { blocked: 12, children: 20, notes: ["a note"], failures: ["a failure"] };
    const text = await planText(clusterPlan(change, more), PLAIN);
    assert.match(text, /- delete Certificate shop\/web-tls \(was for IngressRoute web\)\n {4}! blocked/);
    assert.match(
      text,
      /\nCould not be read\n {2}a failure\n\nThe deletion limit\n {2}a resync would delete 12 of 20 /,
    );
    assert.match(text, /\nNotes\n {2}a note\n/);
    assert.match(await planText({ ...clusterPlan({}), changes: [] }, PLAIN), /\nNothing to do: 0 to create/);
  });
});
