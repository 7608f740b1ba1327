import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { listValues } from "../../tools/values/comments.ts";
import type { Schema } from "../../tools/values/schema.ts";
import { chart, helm, render } from "./render.ts";

const schema = JSON.parse(await readFile(`${chart}/values.schema.json`, "utf8")) as Schema;
const values = listValues(await readFile(`${chart}/values.yaml`, "utf8"));

/** The schema of the value, or `open` where its parent takes keys of the user's own. */
function find(path: readonly string[], from: Schema = schema): Schema | "open" | null {
  const [key, ...rest] = path;
  if (key === undefined) return from;
  const property = from.properties?.[key];
  if (property) return find(rest, property);
  return from.$ref !== undefined || from.additionalProperties !== false ? "open" : null;
}

/** Paths of objects that neither list their keys nor say what keys of the user's own hold. */
function findLoose(from: Schema, path = ""): string[] {
  const children = Object.entries(from.properties ?? {}).flatMap(([key, property]) =>
    property === false ? [] : findLoose(property, `${path}.${key}`),
  );
  const items = from.items ? findLoose(from.items, `${path}[]`) : [];
  const loose = [from.type].flat().includes("object") && from.additionalProperties === undefined;
  return [...(loose ? [path] : []), ...children, ...items];
}

suite("values.schema.json", () => {
  test("knows every value and what it is for", () => {
    for (const { path, comment } of values) {
      const found = find(path);
      assert.notEqual(found, null, path.join("."));
      if (found === "open" || found === null) continue;
      assert.notEqual(comment, "", `comment of ${path.join(".")}`);
      assert.equal(found.description, comment, path.join("."));
    }
  });

  test("lists no value that values.yaml lacks, but Helm's own", () => {
    const known = new Set(values.map(({ path }) => path[0]));
    const unknown = Object.keys(schema.properties ?? {}).filter((key) => !known.has(key));
    assert.deepEqual(unknown.sort(), ["enabled", "global"]);
  });

  test("is closed but for objects that Kubernetes or the API server know better", () => {
    assert.deepEqual(findLoose(schema), [
      ".integrations.certManager.certificateTemplate.spec",
      ".networkPolicy.extraIngress[]",
      ".networkPolicy.extraEgress[]",
      ".extraEnv[].valueFrom",
      ".affinity.nodeAffinity",
      ".affinity.podAffinity",
      ".affinity.podAntiAffinity",
      ".global",
    ]);
  });

  test("lets helm lint pass with the defaults", async () => {
    assert.match(await helm(["lint", "--strict", chart]), /0 chart\(s\) failed/);
  });
});

suite("values that are wrong stop the install with their path:", () => {
  const wrong: [path: string, values: object][] = [
    ["integrations", { integrations: { certmanager: {} } }],
    ["integrations/certManager", { integrations: { certManager: { enable: false } } }],
    ["integrations/certManager/onDisable", { integrations: { certManager: { onDisable: "remove" } } }],
    [
      "integrations/certManager/certificateTemplate/spec/dnsNames",
      { integrations: { certManager: { certificateTemplate: { spec: { dnsNames: ["a.example.com"] } } } } },
    ],
    ["integrations/externalDNS/ttl", { integrations: { externalDNS: { ttl: "5m" } } }],
    [
      "integrations/externalDNS/targetIPs/0",
      { integrations: { externalDNS: { targetIPs: ["lb.example"] } } },
    ],
    [
      "integrations/externalDNS/targetService",
      { integrations: { externalDNS: { targetService: "traefik" } } },
    ],
    [
      "integrations/externalDNS",
      { integrations: { externalDNS: { defaultTargets: true, targetIPs: ["192.0.2.1"] } } },
    ],
    ["integrations/externalDNS/domains/0", { integrations: { externalDNS: { domains: ["*.example.com"] } } }],
    ["integrations/certManager/commonName", { integrations: { certManager: { commonName: "first" } } }],
    ["hostPolicy/0", { hostPolicy: [{ namespaces: [], suffixes: [], identity: [] }] }],
    ["serving/mode", { serving: { mode: "lambda" } }],
    ["serving/minScale", { serving: { minScale: -1 } }],
    ["serving/window", { serving: { window: "1 minute" } }],
    ["image/digest", { image: { digest: "sha256:short" } }],
    ["resync/schedule", { resync: { schedule: "hourly" } }],
    ["resync/mode", { resync: { mode: "cron" } }],
    ["resync/pingSchedule", { resync: { pingSchedule: "hourly" } }],
    ["delivery/mode", { delivery: { mode: "kafka" } }],
    ["delivery/backoffPolicy", { delivery: { backoffPolicy: "none" } }],
    ["delivery/backoffDelay", { delivery: { backoffDelay: "200ms" } }],
    ["delivery/deadLetterSink", { delivery: { deadLetterSink: {} } }],
    ["delivery/broker/config", { delivery: { broker: { config: { name: "x" } } } }],
    ["auth/oidc/subjects/0", { auth: { oidc: { subjects: ["me"] } } }],
    ["serving/keda/scaler", { serving: { keda: { scaler: "scaler" } } }],
    ["source/mode", { source: { mode: "reference" } }],
    ["networkPolicy/apiServer/cidrs/0", { networkPolicy: { apiServer: { cidrs: ["10.0.0.1"] } } }],
    ["resources/limits/memory", { resources: { limits: { memory: true } } }],
    ["tolerations/0", { tolerations: [{ keys: "spot" }] }],
  ];
  for (const [path, values] of wrong) {
    test(path, async () => {
      await assert.rejects(render(values), (error: Error) => error.message.includes(`at '/${path}'`));
    });
  }

  test("a typo at the top is named", async () => {
    await assert.rejects(render({ intergrations: {} }), /additional properties 'intergrations' not allowed/);
  });

  test("external-dns without any target learns what to set", async () => {
    await assert.rejects(
      render({ integrations: { externalDNS: { targetService: null } } }),
      /set integrations\.externalDNS\.targetService or integrations\.externalDNS\.targetIPs/,
    );
  });
});
