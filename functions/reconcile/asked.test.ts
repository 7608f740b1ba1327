/**
 * What routes ask for and may not have, from the event to the child and to what is reported to their owners.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCluster } from "../../test/memory-cluster.ts";
import { createMemoryDispatcher } from "../../test/memory-dispatcher.ts";
import { CERTIFICATES, ENDPOINTS } from "../../test/memory-installation.ts";
import { parseConfiguration } from "../config/parse.ts";
import { INTEGRATIONS } from "../integrations/index.ts";
import type { KubernetesObject, ResourceDefinition } from "../kubernetes/objects.ts";
import { resourceOfRoute } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";

const NAMESPACE = "shop";
const SECRETS: ResourceDefinition = { group: "", version: "v1", plural: "secrets", kind: "Secret" };

const CM = "cert-manager.io/";
const referenceOf = (name: string): RouteReference => ({
  kind: "IngressRoute",
  group: "traefik.io",
  namespace: NAMESPACE,
  name,
});

function start(file: object) {
  const { configuration } = parseConfiguration(file, INTEGRATIONS);
  const cluster = createMemoryCluster();
  const reported: string[] = [];
  const dispatcher = createMemoryDispatcher(cluster.client, configuration, {
    events: {
      record: async ({ route }, _changes, problems) => {
        for (const { reason, field } of problems) reported.push(`${route.name}: ${reason} ${field}`);
      },
    },
  });
  return {
    cluster,
    put(name: string, match: string, secretName: string, annotations: Record<string, string> = {}) {
      const metadata = { namespace: NAMESPACE, name, annotations };
      const spec = { routes: [{ kind: "Rule", match }], tls: { secretName } };
      const object = { apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute", metadata, spec };
      cluster.put(resourceOfRoute(referenceOf(name)), object);
    },
    async sendEvent(name: string) {
      const work = { kind: "route", hint: "update", route: referenceOf(name) } as const;
      assert.deepEqual(await dispatcher.handle(work), { status: "done" });
      return reported.splice(0).toSorted();
    },
    async resync() {
      const scope = { namespace: null, name: null, confirmDeletions: true };
      assert.deepEqual(await dispatcher.handle({ kind: "resync", scope }), { status: "done" });
      return reported.splice(0).toSorted();
    },
    specs: (resource: ResourceDefinition) => cluster.all(resource).map(({ spec }) => spec),
  };
}

const externalDNS = { targetIPs: ["192.0.2.7"] };

test("no name of any kind gets past the host policy, and what is refused is reported with its field", async () => {
  const hostPolicy = [{ namespaces: [NAMESPACE], suffixes: ["shop.org"] }];
  const annotations = {
    [`${CM}common-name`]: "www.bank.org",
    [`${CM}alt-names`]: "alt.bank.org",
    [`${CM}ip-sans`]: "10.96.0.1",
    [`${CM}uri-sans`]: "spiffe://bank.org/x",
    [`${CM}email-sans`]: "ceo@bank.org",
    [`${CM}subject-organizations`]: "system:masters",
    "external-dns.kubernetes.io/cloudflare-custom-hostname": "www.bank.org",
    "external-dns.kubernetes.io/hostname": "dns.bank.org",
  };
  const world = start({ integrations: { certManager: {}, externalDNS }, hostPolicy });
  world.put("a", "Host(`a.shop.org`)", "s", annotations);
  const expected = Object.keys(annotations)
    .map((key) => `a: HostNotAllowed metadata.annotations[${key}]`)
    .toSorted();
  assert.deepEqual(await world.resync(), expected);
  assert.deepEqual(await world.sendEvent("a"), expected);
  assert.ok(!JSON.stringify(world.specs(CERTIFICATES)).match(/bank|masters|10\.96/));
  assert.ok(!JSON.stringify(world.specs(ENDPOINTS)).includes("bank"));
  assert.deepEqual(world.specs(ENDPOINTS), [
    { endpoints: [{ dnsName: "a.shop.org", recordTTL: 300, recordType: "A", targets: ["192.0.2.7"] }] },
  ]);
});

test("routes that contradict each other on one Secret are reported, each of them, by event and by resync", async () => {
  const world = start({ integrations: { certManager: {} } });
  world.put("a", "Host(`a.org`)", "s", { [`${CM}cluster-issuer`]: "letsencrypt" });
  world.put("b", "Host(`b.org`)", "s", {
    [`${CM}cluster-issuer`]: "internal-ca",
    [`${CM}duration`]: "720h",
    [`${CM}usages`]: "nonsense",
  });
  const contradictions = (name: string) => Array(2).fill(`${name}: ContradictingRoutes spec.tls.secretName`);
  const own = `b: InvalidAnnotation metadata.annotations[${CM}usages]`;
  await world.resync();
  assert.deepEqual(await world.sendEvent("a"), contradictions("a"));
  assert.deepEqual(await world.sendEvent("b"), [...contradictions("b"), own].toSorted());
  assert.deepEqual(await world.resync(), [...contradictions("a"), ...contradictions("b"), own].toSorted());
  assert.deepEqual(world.specs(CERTIFICATES), [
    {
      issuerRef: { kind: "ClusterIssuer", name: "letsencrypt" },
      dnsNames: ["a.org", "b.org"],
      secretName: "s",
    },
  ]);
  assert.deepEqual(world.cluster.writes.length, 1);
});

test("existingSecrets: keep leaves a copied Secret alone, by event and by resync", async () => {
  const world = start({ integrations: { certManager: { existingSecrets: "keep" } } });
  const secret = (name: string, manager: string): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      namespace: NAMESPACE,
      name,
      annotations: { [`${CM}certificate-name`]: "elsewhere-tls" },
      managedFields: [{ manager, operation: "Apply" }],
    },
  });
  world.cluster.put(SECRETS, secret("copied", "kubed"));
  world.cluster.put(SECRETS, secret("issued", "cert-manager-certificates-issuing"));
  world.put("a", "Host(`a.org`)", "copied");
  world.put("b", "Host(`b.org`)", "issued");
  assert.deepEqual(await world.sendEvent("a"), ["a: SecretExists spec.tls.secretName"]);
  assert.deepEqual(await world.resync(), ["a: SecretExists spec.tls.secretName"]);
  assert.deepEqual(await world.sendEvent("b"), []);
  assert.deepEqual(
    world.cluster.all(CERTIFICATES).map(({ metadata }) => metadata.name),
    ["b-tls"],
  );
});

test("a host that a wildcard covers waits for no certificate of its own", async () => {
  const integrations = { certManager: {}, externalDNS: { ...externalDNS, waitForCertificate: true } };
  const world = start({ integrations });
  world.put("a", "Host(`*.shop.org`)", "s");
  world.put("b", "Host(`b.shop.org`)", "s");
  for (const name of ["a", "b"]) await world.sendEvent(name);
  assert.deepEqual(world.specs(ENDPOINTS), []);
  const [certificate] = world.cluster.all(CERTIFICATES);
  assert.ok(certificate !== undefined);
  assert.deepEqual((certificate.spec as { dnsNames: unknown }).dnsNames, ["*.shop.org"]);
  const status = { conditions: [{ type: "Ready", status: "True" }] };
  world.cluster.put(CERTIFICATES, { ...certificate, status });
  for (const name of ["a", "b"]) await world.sendEvent(name);
  assert.equal(world.specs(ENDPOINTS).length, 2);
});

test("a name that no Secret can have is reported, and DNS goes on", async () => {
  const world = start({ integrations: { certManager: {}, externalDNS } });
  world.put("a", "Host(`a.org`)", "My_Secret");
  assert.deepEqual(await world.sendEvent("a"), ["a: InvalidField spec.tls.secretName"]);
  assert.deepEqual(world.specs(CERTIFICATES), []);
  assert.equal(world.specs(ENDPOINTS).length, 1);
});

test("a Certificate that is there stays while its route names a Secret that cannot be, shared or not", async () => {
  const world = start({ integrations: { certManager: {}, externalDNS } });
  for (const [name, secretName] of [
    ["alone", "own"],
    ["a", "both"],
    ["b", "both"],
  ] as const) {
    world.put(name, `Host(\`${name}.org\`)`, secretName);
    await world.sendEvent(name);
  }
  const before = world.specs(CERTIFICATES);
  assert.equal(before.length, 2);
  for (const name of ["alone", "b"]) {
    world.put(name, `Host(\`${name}.org\`)`, "$" + "{X}-tls");
    assert.deepEqual(await world.sendEvent(name), [`${name}: InvalidField spec.tls.secretName`]);
  }
  await world.resync();
  await world.sendEvent("a");
  assert.deepEqual(world.specs(CERTIFICATES), before);
  assert.equal(world.specs(ENDPOINTS).length, 3);
  world.put("alone", "Host(`alone.org`)", "mended");
  await world.sendEvent("alone");
  assert.deepEqual(
    world.specs(CERTIFICATES).map((spec) => (spec as { secretName: string }).secretName),
    ["both", "mended"],
  );
});
