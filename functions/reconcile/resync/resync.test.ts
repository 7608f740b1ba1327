import assert from "node:assert/strict";
import { test } from "node:test";
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
