import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import { sharedSecret } from "./secret.ts";
import { certManagerSettings } from "./settings.ts";

function describe(tls: object | undefined, match = "Host(`a.org`)") {
  const metadata = { namespace: "shop", name: "web" };
  const spec = { routes: [{ kind: "Rule", match }], ...(tls === undefined ? {} : { tls }) };
  const kind = match.startsWith("HostSNI") ? "IngressRouteTCP" : "IngressRoute";
  return parseRoute(
    { apiVersion: "traefik.io/v1alpha1", kind, metadata, spec },
    { compileRegexp: () => null },
  );
}
const claimOf = (settings: object) => sharedSecret(v.parse(certManagerSettings, settings));

test("a route wants the Secret that it names, where it has a name for it or may have", () => {
  const { requestedBy } = claimOf({});
  assert.equal(requestedBy(describe({ secretName: "s" })), "s");
  assert.equal(requestedBy(describe({ secretName: "s" }, "PathPrefix(`/`)")), null);
  assert.equal(requestedBy(describe({ secretName: "s" }, "Host(`a.org`")), "s");
  assert.equal(
    requestedBy(describe({ secretName: "s", domains: [{ main: "b.org" }] }, "PathPrefix(`/`)")),
    "s",
  );
  assert.equal(requestedBy(describe({ certResolver: "le" })), null);
  assert.equal(requestedBy(describe({})), null);
  assert.equal(requestedBy(describe(undefined)), null);
  assert.equal(requestedBy(describe({ secretName: "s", passthrough: true }, "HostSNI(`a.org`)")), null);
});

test("ignoreSecrets: globs for the whole name", () => {
  const { requestedBy } = claimOf({ ignoreSecrets: ["wildcard-*", "*-bought", "exact"] });
  const wanted = ["wildcard-", "my-wildcard-x", "x-bought", "x-bought-2", "exact", "exactly"].filter(
    (secretName) => requestedBy(describe({ secretName })) !== null,
  );
  assert.deepEqual(wanted, ["my-wildcard-x", "x-bought-2", "exactly"]);
});

test("members add their names, tls.domains instead of hosts where a route has them", () => {
  const { merge } = claimOf({});
  const [one, two] = [
    describe({ secretName: "s" }, "Host(`z.org`) || Host(`a.org`)"),
    describe({ secretName: "s", domains: [{ main: "m.org", sans: ["a.org"] }] }, "Host(`never.org`)"),
  ];
  for (const merged of [merge([one, two]), merge([two, one])]) {
    assert.deepEqual(merged.hosts, ["a.org", "m.org", "z.org"]);
    assert.deepEqual(merged.tls?.domains, []);
    assert.equal(merged.incomplete, false);
  }
  assert.equal(merge([one, describe({ secretName: "s" }, "Host(`b.org`")]).incomplete, true);
});

test("existingSecrets: keep lets a Certificate have what cert-manager made, or what is not there", () => {
  assert.equal(claimOf({}).guard, null);
  const { guard } = claimOf({ existingSecrets: "keep" });
  const secret = (annotations?: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", ...(annotations === undefined ? {} : { annotations }) },
  });
  const certificate = (secretName: string) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "web-tls" },
    spec: { secretName },
  });
  const issued = secret({ "cert-manager.io/certificate-name": "web-tls" });
  assert.equal(guard?.refuse(null, null), null);
  assert.equal(guard?.madeFor(issued), "web-tls");
  assert.equal(guard?.refuse(issued, certificate("s")), null);
  assert.equal(guard?.madeFor(secret()), null);
  assert.equal(guard?.refuse(secret(), null)?.reason, "SecretExists");
  assert.equal(guard?.refuse(secret({ "cert-manager.io/issuer-name": "x" }), null)?.reason, "SecretExists");
});

test("existingSecrets: keep takes no copy of a Secret for cert-manager's, whatever its annotations say", () => {
  const { guard, overwriteRisk } = claimOf({ existingSecrets: "keep" });
  const annotations = { "cert-manager.io/certificate-name": "web-tls" };
  const copy = (manager: string) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", annotations, managedFields: [{ manager, operation: "Apply" }] },
  });
  const elsewhere = {
    apiVersion: "v1",
    kind: "Certificate",
    metadata: { name: "web-tls" },
    spec: { secretName: "t" },
  };
  for (const certificate of [null, elsewhere]) {
    const refused = guard?.refuse(copy("kubectl"), certificate);
    assert.match(refused?.message ?? "", /looks like a copy: .* Certificate web-tls, and no such/);
    assert.match(overwriteRisk.reasonFor(copy("kubectl"), certificate, "web-tls") ?? "", /looks like a copy/);
  }
  // What cert-manager itself wrote stays its own when the Certificate is deleted and made again.
  const own = copy("cert-manager-certificates-issuing");
  assert.equal(guard?.madeFor(own), null);
  assert.equal(guard?.refuse(own, null), null);
  assert.equal(overwriteRisk.reasonFor(own, null, "web-tls"), null);
  assert.match(overwriteRisk.reasonFor(own, null, "other-tls") ?? "", /issued for Certificate web-tls/);
});

test("a Secret that a tool keeps as a copy is no problem, only worth knowing; and never overwritten unasked", () => {
  const { guard, overwriteRisk } = claimOf({ existingSecrets: "keep" });
  const owner = (kind: string) => ({ apiVersion: "v1", kind, name: "s", uid: "u" });
  const issued = { "cert-manager.io/certificate-name": "web-tls" };
  const COPIES: readonly [by: string, metadata: Partial<KubernetesObject["metadata"]>][] = [
    [
      "reflector (copy of infra/wildcard)",
      { annotations: { ...issued, "reflector.v1.k8s.emberstack.com/reflects": "infra/wildcard" } },
    ],
    [
      "replicator (copy of infra/wildcard)",
      { annotations: { "replicator.v1.mittwald.de/replicate-from": "infra/wildcard" } },
    ],
    ["replicator", { annotations: { "replicator.v1.mittwald.de/replicated-from-version": "17" } }],
    ["config-syncer", { labels: { "kubed.appscode.com/origin.name": "wildcard" } }],
    ["Kyverno", { labels: { "generate.kyverno.io/policy-name": "sync" } }],
    ["External Secrets", { ownerReferences: [owner("ExternalSecret")] }],
    ["Sealed Secrets", { ownerReferences: [owner("SealedSecret")] }],
  ];
  for (const [by, metadata] of COPIES) {
    const copy = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", ...metadata } };
    const refused = guard?.refuse(copy, null);
    assert.equal(refused?.note, true, by);
    assert.match(
      refused?.message ?? "",
      new RegExp(`kept by ${by.replace(/[()]/g, "\\$&")}, so no Certificate`),
    );
    assert.match(overwriteRisk.reasonFor(copy, null, "web-tls") ?? "", /both would write it/);
  }
});

test("what an object claims is its secretName", () => {
  const { of } = claimOf({});
  assert.equal(of({ secretName: "s" }), "s");
  for (const spec of [undefined, null, {}, { secretName: 5 }, "s"]) assert.equal(of(spec), null);
});
