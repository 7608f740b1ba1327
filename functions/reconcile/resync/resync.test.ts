import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCluster } from "../../../test/memory-cluster.ts";
import { resyncOf, routeObject, startInstallation } from "../../../test/memory-installation.ts";
import { CERTIFICATES, ENDPOINTS, Replicas } from "../../../test/replicas.ts";
import { resourceOfRoute } from "../../traefik/resources.ts";

const ROUTES = resourceOfRoute({ kind: "IngressRoute", group: "traefik.io" });
const EVERYTHING = { namespace: null, name: null, confirmDeletions: false };

function put({ cluster }: Replicas, name: string, host: string, ignore?: string): void {
  const annotations = ignore === undefined ? {} : { "traefik-cert-rotater.io/ignore": ignore };
  cluster.put(ROUTES, {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { namespace: "shop", name, annotations },
    spec: { routes: [{ kind: "Rule", match: `Host(\`${host}\`)` }], tls: { secretName: `s-${name}` } },
  });
}

test("what changed since the lists were read is as it is now, although no event reports it", async () => {
  const replicas = new Replicas({
    count: 1,
    turn: async () => undefined,
    choose: (below) => below - 1,
    startsSource: false,
  });
  const names = Array.from({ length: 20 }, (_, index) => `route-${index}`);
  for (const name of names) put(replicas, name, `${name}.org`);
  // While the first child is created, half of the routes opt out and one gets another host.
  let hasChanged = false;
  replicas.cluster.watch((_, { kind }) => {
    if (kind !== CERTIFICATES.kind || hasChanged) return;
    hasChanged = true;
    for (const name of names.slice(0, 10)) put(replicas, name, `${name}.org`, "all");
    put(replicas, "route-19", "other.org");
  });
  replicas.send({ kind: "resync", scope: EVERYTHING });
  await replicas.untilIdle();
  const expected = names.slice(10, 19).map((name) => `${name}.org`);
  const { cluster } = replicas;
  assert.deepEqual(
    cluster.all(CERTIFICATES).map(({ spec }) => (spec as { dnsNames: string[] }).dnsNames.join()),
    [...expected, "other.org"],
  );
  assert.deepEqual(
    cluster
      .all(ENDPOINTS)
      .flatMap(({ spec }) => (spec as { endpoints: { dnsName: string }[] }).endpoints)
      .map(({ dnsName }) => dnsName),
    [...expected, "other.org"],
  );
});

test("writes that wait for nothing, as those of a plan, leave room for others between them", async (context) => {
  const cluster = createMemoryCluster();
  for (let index = 0; index < 50; index++) cluster.put(ROUTES, routeObject(`web-${index}`));
  let [inTurn, most, total] = [0, 0, 0];
  let isOver = false;
  const turn = () => {
    most = Math.max(most, inTurn);
    inTurn = 0;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const execute = async () => {
    inTurn++;
    total++;
    return null;
  };
  const installation = startInstallation(cluster.client, {}, { execute });
  // Each step takes longer than a piece may.
  let now = performance.now();
  context.mock.method(performance, "now", () => {
    now += 11;
    return now;
  });
  await installation.handle(resyncOf());
  isOver = true;
  assert.equal(total, 100);
  most = Math.max(most, inTurn);
  assert.ok(most <= 10, `${most} writes without a stop`);
});
