/** What is wrong with a template of Certificates stops the install, and not the function that is to start with it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { certificateSpec } from "../../functions/integrations/cert-manager/spec/certificate-schema.ts";
import type { Schema } from "../../tools/values/schema.ts";
import { FULL_CERTIFICATE_SPEC } from "../full-certificate-spec.ts";
import { chart, only, render } from "./render.ts";

const PATH = "integrations/certManager/certificateTemplate";
const ofTemplate = (certificateTemplate: object) => ({
  integrations: { certManager: { certificateTemplate } },
});
const ofOverrides = (...specs: readonly object[]) => ({
  integrations: { certManager: { overrides: specs.map((spec) => ({ certificateTemplate: { spec } })) } },
});

async function assertRefused(values: object, ...sentences: readonly string[]): Promise<void> {
  await assert.rejects(render(values), ({ message }: Error) => {
    for (const sentence of sentences) assert.ok(message.includes(sentence), `${sentence}\n${message}`);
    return true;
  });
}

test("the schema has each field of a spec that the function takes, and no other", async () => {
  const schema = JSON.parse(await readFile(`${chart}/values.schema.json`, "utf8")) as Schema;
  const known = Object.keys(schema.definitions?.certificateSpec?.properties ?? {});
  assert.deepEqual(known.sort(), Object.keys(certificateSpec.pipe[2].entries).sort());
});

suite("wrong by itself", () => {
  for (const [path, spec, fix] of [
    ["issuerRef/kind", { issuerRef: { kind: "ClusterIsuer" } }, "one of '', 'Issuer', 'ClusterIssuer'"],
    ["issuerRef/name", { issuerRef: { name: "" } }, "want 1"],
    ["issuerRef", { issuerRef: { nam: "x" } }, "'nam' not allowed"],
    ["", { privatekey: {} }, "'privatekey' not allowed"],
    ["privateKey/algorithm", { privateKey: { algorithm: "rsa" } }, "one of 'RSA', 'ECDSA', 'Ed25519'"],
    ["privateKey/size", { privateKey: { algorithm: "ECDSA", size: 2048 } }, "one of 256, 384, 521"],
    ["privateKey/size", { privateKey: { size: 1024 } }, "want 2,048"],
    ["usages/0", { usages: ["server"] }, "'server auth'"],
    ["renewBeforePercentage", { renewBeforePercentage: 0 }, "want 1"],
    ["secretTemplate/labels/a", { secretTemplate: { labels: { a: "b c" } } }, "'b c' does not match"],
    ["isCA", { isCA: "yes" }, "want boolean"],
  ] as const) {
    test(JSON.stringify(spec), async () => {
      const where = `at '/${PATH}/spec${path === "" ? "" : `/${path}`}'`;
      await assertRefused(ofTemplate({ spec }), where, fix);
    });
  }

  test("in an override, too", async () => {
    const at = "at '/integrations/certManager/overrides/0/certificateTemplate/spec/issuerRef";
    await assertRefused(ofOverrides({ issuerRef: { name: "x", kind: "Isuer" } }), `${at}/kind'`);
    await assertRefused(ofOverrides({ issuerRef: { kind: "Issuer" } }), `${at}'`, "missing property 'name'");
  });

  test("labels and annotations that no object can have", async () => {
    for (const [metadata, where] of [
      [{ labels: { "a b": "c" } }, "labels"],
      [{ labels: { a: "b c" } }, "labels/a"],
      [{ annotations: { "a b": "c" } }, "annotations"],
    ] as const) {
      await assertRefused(ofTemplate({ metadata }), `at '/${PATH}/metadata/${where}'`);
      const externalDNS = { endpointTemplate: { metadata } };
      const inEndpoints = `at '/integrations/externalDNS/endpointTemplate/metadata/${where}'`;
      await assertRefused({ integrations: { externalDNS } }, inEndpoints);
    }
  });
});

suite("what needs a sentence", () => {
  const TEMPLATE = "integrations.certManager.certificateTemplate.spec";
  const OVERRIDE = "integrations.certManager.overrides[0].certificateTemplate.spec";
  const AS_DURATION = "write hours, minutes and seconds, such as 2160h for 90 days";

  test("all of it at once", async () => {
    const spec = {
      dnsNames: ["a.example.com"],
      secretName: "a",
      duration: "90d",
      renewBefore: "soon",
      renewBeforePercentage: 5,
      literalSubject: "CN=a",
      commonName: "a",
      signatureAlgorithm: "ECDSAWithSHA256",
    };
    await assertRefused(
      ofTemplate({ spec }),
      `${TEMPLATE}.dnsNames is taken from each route: leave it out`,
      `${TEMPLATE}.secretName is taken from each route: leave it out`,
      `${TEMPLATE}.duration is 90d: ${AS_DURATION}`,
      `${TEMPLATE}.renewBefore is soon: ${AS_DURATION}`,
      `${TEMPLATE} has both renewBefore and renewBeforePercentage: leave one out`,
      `${TEMPLATE}.literalSubject stands for all of the subject: leave out commonName and subject`,
      `${TEMPLATE}.signatureAlgorithm is ECDSAWithSHA256, which no RSA key can do: write another`,
    );
  });

  test("an override by itself, and over the template", async () => {
    await assertRefused(ofOverrides({ duration: "90d" }), `${OVERRIDE}.duration is 90d: ${AS_DURATION}`);
    const certificateTemplate = { spec: { privateKey: { algorithm: "ECDSA", size: 384 } } };
    const { overrides } = ofOverrides({ signatureAlgorithm: "SHA256WithRSA" }).integrations.certManager;
    await assertRefused(
      { integrations: { certManager: { certificateTemplate, overrides } } },
      `${OVERRIDE}.signatureAlgorithm is SHA256WithRSA, which no ECDSA key can do`,
    );
    // Laid over as a whole: this one's key is RSA.
    const rsa = ofOverrides({ signatureAlgorithm: "SHA256WithRSA", privateKey: { size: 4096 } });
    const { certManager } = rsa.integrations;
    await render({ integrations: { certManager: { certificateTemplate, ...certManager } } });
  });
});

test("whatever cert-manager takes is taken", async () => {
  const spec = {
    ...FULL_CERTIFICATE_SPEC,
    duration: "2160h30m",
    ipAddresses: ["2001:db8::1"],
    emailAddresses: ["ops@example.com"],
  };
  const objects = await render(ofTemplate({ metadata: { labels: { "example.org/team": "" } }, spec }));
  const { data } = only(objects, "ConfigMap") as unknown as { data: Readonly<Record<string, string>> };
  assert.ok((data["config.json"] ?? "").includes('"Modern2023"'));
  for (const issuerRef of [{ kind: "Issuer" }, { kind: "" }, { kind: "Issuer", group: "cert-manager.io" }])
    await render(ofTemplate({ spec: { issuerRef } }));
  await render(
    ofTemplate({ spec: { privateKey: { algorithm: "Ed25519" }, signatureAlgorithm: "PureEd25519" } }),
  );
});
