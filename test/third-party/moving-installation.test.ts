/**
 * An installation that gets another name and namespace while cert-manager watches: nothing is issued anew.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { resyncEvent } from "../integration/harness/cloud-events.ts";
import { CERTIFICATES, mustGet } from "../integration/harness/objects.ts";
import { installRelease } from "../integration/harness/release.ts";
import { startFunction } from "../integration/harness/running-function.ts";
import { startSources } from "../integration/harness/running-sources.ts";
import { rests, revisionOf } from "./harness/renew.ts";
import { type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";

const INSTANCE = "traefik-cert-rotater.io/instance";
const values = { integrations: { externalDNS: { targetIPs: ["192.0.2.7"] } } };

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld({ programs: ["knot", "pebble", "cert-manager"], values });
});
after(() => world?.stop());

/** A route with a Secret of its own, and two that share one. */
const ROUTES = { alone: "alone", one: "shared", two: "shared" } as const;
const HOSTS = {
  "alone-tls": ["alone.example.com"],
  "one-tls": ["one.example.com", "two.example.com"],
} as const;
const NAMES = Object.keys(HOSTS) as (keyof typeof HOSTS)[];

/** All that would be another if a certificate had been issued anew. */
async function issued() {
  const { admin, namespace, parties } = world;
  const secrets = await Promise.all(
    [...new Set(Object.values(ROUTES))].map(async (name) => {
      const secret = await mustGet(admin, { apiVersion: "v1", kind: "Secret", namespace, name });
      const { data } = secret as unknown as { data: object };
      const content = createHash("sha256").update(JSON.stringify(data)).digest("hex");
      return { name, uid: secret.metadata.uid, content };
    }),
  );
  const requests = await admin.list({
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    namespace,
  });
  const certificates = await Promise.all(
    NAMES.map((name) => mustGet(admin, { ...CERTIFICATES, namespace, name })),
  );
  return {
    secrets,
    // Not those of what issueOneMore has made, which Kubernetes deletes in its own time.
    requests: requests
      .filter(isOf(NAMES))
      .map(({ metadata }) => metadata.uid)
      .sort(),
    revisions: certificates.map(revisionOf),
    certificates: certificates.map(({ metadata }) => metadata.uid),
    orders: [...parties.acme.front.orders],
  };
}

const isOf =
  (certificates: readonly string[]) =>
  ({ metadata }: KubernetesObject) =>
    certificates.includes(metadata.annotations?.["cert-manager.io/certificate-name"] ?? "");

async function instances(): Promise<readonly (string | undefined)[]> {
  const { admin, namespace } = world;
  const certificates = await admin.list({ ...CERTIFICATES, namespace });
  return certificates.map(({ metadata }) => metadata.annotations?.[INSTANCE]);
}

/** cert-manager issues this one after whatever the move has put into its queue. */
async function issueOneMore(name: string): Promise<void> {
  const { admin, namespace } = world;
  await admin.apply(servedRoute({ namespace, name }));
  await world.certified(`${name}-tls`, [`${name}.example.com`]);
  await admin.delete({ apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", namespace, name });
  await admin.waitFor({ ...CERTIFICATES, namespace, name: `${name}-tls` }, (object) => object === null);
}

test("renamed and moved, with takeOverFrom: same Secrets, no CertificateRequest and no order more", async (t) => {
  const { admin, namespace, cluster, release: former } = world;
  for (const [name, secretName] of Object.entries(ROUTES))
    await admin.apply(servedRoute({ namespace, name, secretName }));
  await Promise.all(NAMES.map((name) => world.certified(name, HOSTS[name])));
  // A Certificate is ready a moment before it says how often it was issued.
  await Promise.all(NAMES.map((name) => admin.waitFor({ ...CERTIFICATES, namespace, name }, rests)));
  const before = await issued();
  assert.deepEqual(await instances(), [former.instance, former.instance]);
  await world.sources.stop();
  await former.uninstall();
  const takeOverFrom = [former.instance];
  const next = await installRelease(cluster, {
    name: "renamed",
    ingressClass: null,
    values: { ...values, takeOverFrom },
  });
  const app = await startFunction(cluster, next);
  const sources = await startSources(cluster, next, app.url);
  t.after(async () => {
    await sources.stop();
    await app.stop();
  });
  assert.equal((await app.send(resyncEvent())).status, 204);
  assert.deepEqual(await instances(), [next.instance, next.instance]);
  await issueOneMore("later");
  const orders = [...before.orders, ["later.example.com"]];
  assert.deepEqual(await issued(), { ...before, orders });
});
