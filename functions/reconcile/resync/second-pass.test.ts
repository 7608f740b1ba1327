import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMemoryCluster } from "../../../test/memory-cluster.ts";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import { createLogger } from "../../log.ts";
import { resourceOfRoute } from "../../traefik/resources.ts";
import type { SendRouteBatch } from "../../work.ts";
import { createExecutor, observeOnly } from "../apply/execute.ts";
import { VerifiedWrites } from "../apply/verified.ts";
import type { ReconcileContext } from "../route/context.ts";
import { resync } from "./resync.ts";

const ROUTES = resourceOfRoute({ kind: "IngressRoute", group: "traefik.io" });

function world(over: Partial<ReconcileContext> = {}) {
  const { configuration } = parseConfiguration(
    { integrations: { certManager: {}, externalDNS: { targetIPs: ["192.0.2.7"] } } },
    INTEGRATIONS,
  );
  const cluster = createMemoryCluster();
  const reported: string[] = [];
  const logged: string[] = [];
  let lists = 0;
  const context: ReconcileContext = {
    ...configuration,
    client: {
      ...cluster.client,
      list: (resource, options) => {
        if (resource.kind === "IngressRoute" && options?.namespace === null) lists++;
        return cluster.client.list(resource, options);
      },
    },
    execute: createExecutor(cluster.client),
    verified: new VerifiedWrites(Date.now),
    lookAhead: null,
    instance: "tests/second-pass",
    refuseHost: () => null,
    now: () => Date.parse("2026-01-01T00:00:00Z"),
    events: {
      record: async ({ route }, changes, problems) =>
        void reported.push(
          ...changes.map(({ action, kind }) => `${route.name} ${action} ${kind}`),
          ...problems.map(({ reason }) => `${route.name} ${reason}`),
        ),
    },
    log: createLogger("info", { write: (line) => void logged.push(line) }),
    sendRouteBatch: null,
    loadRegexp: async () => () => null,
    ...over,
  };
  const put = (name: string, match = `Host(\`${name}.org\`)`, namespace = "shop") =>
    cluster.put(ROUTES, {
      apiVersion: "traefik.io/v1alpha1",
      kind: "IngressRoute",
      metadata: { namespace, name },
      spec: { routes: [{ kind: "Rule", match }], tls: { secretName: name } },
    });
  return {
    cluster,
    context,
    reported,
    logged,
    put,
    lists: () => lists,
    run: (confirmDeletions = false) => resync(context, { namespace: null, confirmDeletions }),
  };
}

suite("a resync that has created something looks a second time", () => {
  test("and neither counts nor reports anything twice", async () => {
    const on = world();
    on.put("good");
    on.put("broken", "Host(`broken.org`) && Nonsense(`x`)");
    on.put("lost", "Host(`good.org`)", "thief");
    const summary = await on.run();
    assert.equal(on.lists(), 2);
    const { created, updated, deleted, problems } = summary;
    // The rule and the claimed host, once each.
    assert.deepEqual([created, updated, deleted, problems], [2, 0, 0, 2]);
    assert.equal(new Set(on.reported).size, on.reported.length, on.reported.join("\n"));
    assert.ok(on.reported.includes("lost HostClaimed"));
  });

  test("hands nothing out twice", async () => {
    const handed: string[] = [];
    const sendRouteBatch: SendRouteBatch = async ({ routes }) => {
      handed.push(...routes.map(({ name }) => name));
      return true;
    };
    const on = world({ sendRouteBatch });
    for (let index = 0; index < 450; index++) on.put(`r${index}`);
    const summary = await on.run();
    assert.ok(handed.length > 0 && summary.created > 0);
    assert.equal(new Set(handed).size, handed.length);
    assert.equal(summary.fannedOut, handed.length);
  });

  test("deletions that are blocked are blocked and reported once", async () => {
    const on = world();
    for (let index = 0; index < 30; index++) on.put(`r${index}`);
    await on.run();
    for (let index = 0; index < 30; index++) on.put(`r${index}`, "PathPrefix(`/`)");
    on.put("new");
    on.reported.length = 0;
    on.logged.length = 0;
    const summary = await on.run();
    assert.equal(summary.blocked, 60);
    assert.equal(summary.created, 2);
    assert.equal(on.logged.filter((line) => line.includes("the resync would delete")).length, 1);
    const blocked = on.reported.filter((each) => each.endsWith("DeletionBrake"));
    assert.equal(new Set(blocked).size, blocked.length);
    assert.equal(blocked.length, 30);
  });

  test("and not where nothing was written: mode observe", async () => {
    const on = world({ execute: observeOnly });
    on.put("good");
    const summary = await on.run();
    assert.equal(on.lists(), 1);
    assert.equal(summary.created, 2);
    assert.deepEqual(on.cluster.writes, []);
  });

  test("nor where nothing was to be created", async () => {
    const on = world();
    on.put("good");
    await on.run();
    const before = on.lists();
    await on.run();
    assert.equal(on.lists(), before + 1);
  });
});
