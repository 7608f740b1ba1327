/** The `add` event of a route, which is taken to have no children yet: what a write would have told must come out all the same. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import {
  CERTIFICATES,
  ENDPOINTS,
  ROUTES,
  type RouteOptions,
  routeObject,
  routeReference,
  startInstallation,
} from "../../test/memory-installation.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { createExecutor, observeOnly } from "./apply/execute.ts";

const FOREIGN: KubernetesObject = {
  apiVersion: "externaldns.k8s.io/v1alpha1",
  kind: "DNSEndpoint",
  metadata: { namespace: "shop", name: "web" },
  spec: { endpoints: [] },
};

function start(mode: "reconcile" | "observe" = "reconcile") {
  const cluster = createMemoryCluster();
  const requests: string[] = [];
  const asked: KubernetesClient = {
    ...cluster.client,
    get: (reference) => {
      requests.push(`get ${reference.resource.kind}`);
      return cluster.client.get(reference);
    },
    apply: (reference, object) => {
      requests.push(`apply ${reference.resource.kind}`);
      return cluster.client.apply(reference, object);
    },
  };
  const execute = mode === "observe" ? observeOnly : createExecutor(asked);
  const installation = startInstallation(asked, {}, { execute });
  return {
    cluster,
    put: (options: RouteOptions = {}) => cluster.put(ROUTES, routeObject("web", options)),
    /** What was asked of the API server about children before the look after the write, and what was reported. */
    async sendAdd() {
      requests.length = 0;
      installation.reported.length = 0;
      const answer = await installation.handle({ kind: "route", hint: "add", route: routeReference("web") });
      assert.deepEqual(answer, { status: "done" });
      return {
        requests: requests.filter((request) => /Certificate|DNSEndpoint/.test(request)).sort(),
        changes: installation.reported.flatMap(({ changes }) => changes.map(({ kind }) => kind)).sort(),
        problems: installation.reported.flatMap(({ problems }) => problems.map(({ reason }) => reason)),
      };
    },
  };
}

suite("the event of a new route", () => {
  test("its children are made without being looked for", async () => {
    const on = start();
    on.put();
    const { requests, changes } = await on.sendAdd();
    assert.deepEqual(requests, ["apply Certificate", "apply DNSEndpoint"]);
    assert.deepEqual(changes, ["Certificate", "DNSEndpoint"]);
  });

  test("once more: its Certificate is listed, so they are looked for", async () => {
    const on = start();
    on.put();
    await on.sendAdd();
    assert.deepEqual(await on.sendAdd(), {
      requests: ["get Certificate", "get DNSEndpoint"],
      changes: [],
      problems: [],
    });
  });

  test("once more, without a Certificate: nothing is written", async () => {
    const on = start();
    on.put({ secretName: null });
    await on.sendAdd();
    assert.deepEqual((await on.sendAdd()).changes, []);
    assert.deepEqual(on.cluster.writes, ["create DNSEndpoint shop/web"]);
  });

  test("that was edited before its event came: they are looked for", async () => {
    const on = start();
    on.put();
    on.put({ host: "other.example.com" });
    const { requests, changes } = await on.sendAdd();
    assert.ok(requests.includes("get Certificate") && requests.includes("get DNSEndpoint"), requests.join());
    assert.deepEqual(changes, ["Certificate", "DNSEndpoint"]);
  });

  for (const mode of ["reconcile", "observe"] as const) {
    test(`a child's name is taken, mode ${mode}: left alone, reported, and not said to be created`, async () => {
      const on = start(mode);
      on.cluster.put(ENDPOINTS, FOREIGN);
      on.put();
      const { changes, problems } = await on.sendAdd();
      assert.deepEqual(changes, ["Certificate"]);
      assert.deepEqual(problems, ["NotOurs"]);
      assert.deepEqual(on.cluster.all(ENDPOINTS)[0]?.spec, FOREIGN.spec);
      assert.equal(on.cluster.all(CERTIFICATES).length, mode === "observe" ? 0 : 1);
    });
  }
});
