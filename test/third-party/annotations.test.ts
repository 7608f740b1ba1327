/**
 * Annotations of a route, seen in what the third parties make of them; and each taken away again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { after, before, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { CERTIFICATES, ENDPOINTS } from "../integration/harness/objects.ts";
import { until } from "../integration/harness/until.ts";
import { startStopwatch } from "./harness/stopwatch.ts";
import { ADDRESS, type RouteWorld, servedRoute, startRouteWorld } from "./harness/world.ts";
import { applyIssuer } from "./launch/cert-manager.ts";

let world: RouteWorld;
before(async () => {
  world = await startRouteWorld();
});
after(() => world?.stop());

const apply = (name: string, annotations: Readonly<Record<string, string>> = {}) =>
  world.admin.apply(servedRoute({ namespace: world.namespace, name, annotations }));

/** How many orders there were for the host. */
const ordersOf = (host: string) =>
  world.parties.acme.front.orders.filter((names) => names.includes(host)).length;

/** Waits until the child of the route is so. */
async function child(
  kind: typeof CERTIFICATES | typeof ENDPOINTS,
  name: string,
  has: (spec: Spec) => boolean,
) {
  const target = { ...kind, namespace: world.namespace, name };
  const object = await world.admin.waitFor(target, (state) => state !== null && has(state.spec as Spec));
  return object as KubernetesObject;
}

interface Spec {
  readonly issuerRef: { readonly name: string };
  readonly duration?: string;
  readonly privateKey?: { readonly algorithm?: string; readonly size?: number };
  readonly endpoints: readonly {
    readonly recordTTL?: number;
    readonly providerSpecific?: readonly object[];
  }[];
}

test("an issuer: the certificate is issued by it, and by the installation's once the annotation is gone", async () => {
  const { dns, acme } = world.parties;
  await applyIssuer(world.admin, acme, dns, { name: "brief", profile: "brief" });
  const host = "issuer.example.com";
  const watch = startStopwatch("an issuer by annotation");
  await apply("issuer", { "cert-manager.io/cluster-issuer": "brief" });
  await child(CERTIFICATES, "issuer-tls", ({ issuerRef }) => issuerRef.name === "brief");
  await world.certified("issuer-tls", [host]);
  const [first] = await world.validEverywhere(host);
  watch.lap("HTTPS is valid at both replicas");
  const { status } = (await world.admin.get({
    ...CERTIFICATES,
    namespace: world.namespace,
    name: "issuer-tls",
  })) as { status: { notAfter: string } };
  assert.ok(Date.parse(status.notAfter) - Date.now() < 120_000, "the profile of that issuer is 90 seconds");
  await apply("issuer");
  await child(CERTIFICATES, "issuer-tls", ({ issuerRef }) => issuerRef.name === "ca-issuer");
  await world.validEverywhere(host, ({ serial }) => serial !== first?.serial);
  watch.lap("the annotation is gone: a certificate of the installation's issuer is at both replicas");
  assert.equal(ordersOf(host), 2);
});

test("a private key: the certificate has it, and the usual one once the annotations are gone", async () => {
  const host = "key.example.com";
  const watch = startStopwatch("a private key by annotation");
  await apply("key", {
    "cert-manager.io/private-key-algorithm": "ECDSA",
    "cert-manager.io/private-key-size": "384",
  });
  const [first] = await world.validEverywhere(host);
  assert.equal(first?.key, "ec secp384r1");
  watch.lap("both replicas have a certificate with an ECDSA key of 384 bits");
  await apply("key");
  await world.validEverywhere(host, ({ key }) => key === "rsa 2048");
  watch.lap("the annotations are gone: both replicas have one with an RSA key of 2048 bits");
  assert.equal(ordersOf(host), 2);
});

test("a duration: it stands on the Certificate, and is gone with the annotations", async () => {
  const watch = startStopwatch("a duration by annotation");
  await apply("duration", { "cert-manager.io/duration": "1440h", "cert-manager.io/renew-before": "240h" });
  await child(CERTIFICATES, "duration-tls", ({ duration }) => duration === "1440h");
  await world.certified("duration-tls", ["duration.example.com"]);
  watch.lap("the certificate is issued");
  await apply("duration");
  await child(CERTIFICATES, "duration-tls", ({ duration }) => duration === undefined);
  await world.certified("duration-tls", ["duration.example.com"]);
  watch.lap("the annotation is gone, and the certificate is ready");
});

test("a TTL: the DNS server answers with it, and with the installation's once the annotation is gone", async () => {
  const host = "ttl.example.com";
  const watch = startStopwatch("a TTL by annotation");
  await apply("ttl", { "external-dns.kubernetes.io/ttl": "2m" });
  await untilTtl(host, 120);
  watch.lap("the DNS server answers with 120 s");
  await apply("ttl");
  await untilTtl(host, 300);
  watch.lap("the annotation is gone: the DNS server answers with 300 s");
  await world.certified("ttl-tls", [host]);
  assert.equal(ordersOf(host), 1);
});

async function untilTtl(host: string, ttl: number): Promise<void> {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${world.parties.dns.port}`]);
  await until(`the TTL of ${host} is ${ttl}`, async () => {
    const answers = await resolver.resolve4(host, { ttl: true }).catch(() => []);
    return answers.length === 1 && answers[0]?.ttl === ttl && answers[0].address === ADDRESS;
  });
}

test("a property of a DNS provider: external-dns takes the record with it and without it", async () => {
  const watch = startStopwatch("a provider-specific property by annotation");
  await apply("weight", {
    "external-dns.kubernetes.io/aws-weight": "80",
    "external-dns.kubernetes.io/set-identifier": "one",
  });
  await child(ENDPOINTS, "weight", ({ endpoints }) => endpoints[0]?.providerSpecific?.length === 1);
  await world.answered("weight.example.com", "A", [ADDRESS]);
  watch.lap("the DNS server answers");
  await apply("weight");
  const { metadata } = await child(
    ENDPOINTS,
    "weight",
    ({ endpoints }) => endpoints[0]?.providerSpecific === undefined,
  );
  await world.observed("weight", metadata.generation ?? 0);
  await world.answered("weight.example.com", "A", [ADDRESS]);
  watch.lap("the annotations are gone, and the DNS server still answers");
});
