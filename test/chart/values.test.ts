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
  const isOpen = from.patternProperties !== undefined || from.additionalProperties !== false;
  return from.$ref !== undefined || isOpen ? "open" : null;
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
    assert.deepEqual(findLoose(schema), [".global"]);
    assert.deepEqual(
      Object.values(schema.definitions ?? {}).flatMap((each) => findLoose(each)),
      [],
    );
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
    ["integrations/externalDNS/targetIPs/0", { integrations: { externalDNS: { targetIPs: ["999.1.1.1"] } } }],
    ["integrations/externalDNS/domains/0", { integrations: { externalDNS: { domains: ["a.*.com"] } } }],
    ["hostPolicy/0/suffixes/0", { hostPolicy: [{ namespaces: ["a"], suffixes: ["https://example.com"] }] }],
    ["integrations/certManager/commonName", { integrations: { certManager: { commonName: "first" } } }],
    ["hostPolicy/0", { hostPolicy: [{ namespaces: [], suffixes: [], identity: [] }] }],
    ["serving/mode", { serving: { mode: "lambda" } }],
    ["serving/minScale", { serving: { minScale: -1 } }],
    ["serving/window", { serving: { window: "1 minute" } }],
    ["image/digest", { image: { digest: "sha256:short" } }],
    ["resync/mode", { resync: { mode: "cron" } }],
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
    ["podLabels", { podLabels: { "a b": "c" } }],
    ["podLabels/a", { podLabels: { a: "b c" } }],
    ["commonLabels", { commonLabels: { "-a": "b" } }],
    ["podAnnotations", { podAnnotations: { "a b": "c" } }],
    ["serving/annotations", { serving: { annotations: { "a b": "c" } } }],
    ["serviceAccount/annotations", { serviceAccount: { annotations: { "a b": "c" } } }],
    ["serviceAccount/name", { serviceAccount: { name: "Mine" } }],
    ["nameOverride", { nameOverride: "Bad Name" }],
    ["fullnameOverride", { fullnameOverride: "1st" }],
    ["namespaceOverride", { namespaceOverride: "A" }],
    ["nodeSelector", { nodeSelector: { "a b": "c" } }],
    ["priorityClassName", { priorityClassName: "very low" }],
    ["extraEnv/0/name", { extraEnv: [{ name: "A=B", value: "" }] }],
    ["extraEnv/0/valueFrom", { extraEnv: [{ name: "A", valueFrom: {} }] }],
    ["envFrom/0", { envFrom: [{ prefix: "A_" }] }],
    ["envFrom/0/configMapRef/name", { envFrom: [{ configMapRef: { name: "A" } }] }],
    ["extraVolumes/0", { extraVolumes: [{ name: "a" }] }],
    ["extraVolumeMounts/0/mountPath", { extraVolumeMounts: [{ name: "a", mountPath: "etc" }] }],
    ["securityContext", { securityContext: { privileged: true } }],
    ["securityContext/runAsUser", { securityContext: { runAsUser: "nobody" } }],
    ["podSecurityContext/fsGroup", { podSecurityContext: { fsGroup: -1 } }],
    ["topologySpreadConstraints/0", { topologySpreadConstraints: [{ topologyKey: "zone" }] }],
    ["extraObjects/0", { extraObjects: [{ kind: "Issuer" }] }],
    ["image/registry", { image: { registry: "https://ghcr.io" } }],
    ["image/repository", { image: { repository: "A B" } }],
    ["source/children", { source: { children: "sometimes" } }],
    ["source/targetServiceSelector", { source: { targetServiceSelector: { "a b": "c" } } }],
    ["resources/limits/memory", { resources: { limits: { memory: "lots" } } }],
    ["networkPolicy/apiServer/cidrs/0", { networkPolicy: { apiServer: { cidrs: ["10.0.0.0/99"] } } }],
    ["networkPolicy/extraIngress/0", { networkPolicy: { extraIngress: [{ form: [] }] } }],
    [
      "networkPolicy/extraEgress/0/to/0/ipBlock/cidr",
      { networkPolicy: { extraEgress: [{ to: [{ ipBlock: { cidr: "everywhere" } }] }] } },
    ],
    ["affinity/nodeAffinity", { affinity: { nodeAffinity: { required: {} } } }],
    ["delivery/backoffDelay", { delivery: { backoffDelay: "PT" } }],
    ["takeOverFrom/0", { takeOverFrom: ["old"] }],
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

suite("values that do not fit together stop the install with a sentence:", () => {
  const wrong: [sentence: RegExp, values: object][] = [
    [/serving\.minScale is 5, more than serving\.maxScale, which is 3: lower/, { serving: { minScale: 5 } }],
    ...["hourly", "* * * *", "61 * * * *", "0 0 * * * *"].flatMap((schedule): [RegExp, object][] => [
      [/resync\.schedule is ".*", which is no schedule: write minute, hour/, { resync: { schedule } }],
      [/resync\.pingSchedule is ".*", which is no schedule/, { resync: { pingSchedule: schedule } }],
    ]),
    [/securityContext has runAsUser 0 and runAsNonRoot/, { securityContext: { runAsUser: 0 } }],
    [
      /podSecurityContext has runAsUser 0 and runAsNonRoot/,
      { podSecurityContext: { runAsUser: 0, runAsNonRoot: true } },
    ],
    ...["domains", "excludeDomains"].map((key): [RegExp, object] => [
      new RegExp(
        `integrations\\.externalDNS\\.${key} has \\*\\.example\\.com: write example\\.com, which covers`,
      ),
      { integrations: { externalDNS: { [key]: ["example.org", "*.example.com"] } } },
    ]),
    [
      /hostPolicy\[1\]\.suffixes has \*\.example\.com: write example\.com, which covers/,
      {
        hostPolicy: [
          { namespaces: ["a"], suffixes: [".example.org"] },
          { namespaces: ["b"], suffixes: ["*.example.com"] },
        ],
      },
    ],
    [
      /extraEnv has INSTANCE, which the chart sets itself: take it out/,
      { extraEnv: [{ name: "INSTANCE", value: "a" }] },
    ],
    [
      /extraEnv has A with both value and valueFrom: leave one out/,
      { extraEnv: [{ name: "A", value: "a", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }] },
    ],
    [
      /extraEnv has A twice: leave one out/,
      {
        extraEnv: [
          { name: "A", value: "a" },
          { name: "A", value: "b" },
        ],
      },
    ],
    [
      /extraEnv has OTEL_EXPORTER_OTLP_HEADERS, which the chart sets itself/,
      {
        telemetry: { otlp: { endpoint: "http://a:4318", headersFromSecret: { name: "a", key: "b" } } },
        extraEnv: [{ name: "OTEL_EXPORTER_OTLP_HEADERS", value: "a=b" }],
      },
    ],
    [
      /extraVolumes has ca twice: leave one out/,
      {
        extraVolumes: [
          { name: "ca", emptyDir: {} },
          { name: "ca", emptyDir: {} },
        ],
      },
    ],
    [
      /extraVolumeMounts has the path \/ca twice: leave one out/,
      {
        extraVolumes: [{ name: "ca", emptyDir: {} }],
        extraVolumeMounts: [
          { name: "ca", mountPath: "/ca" },
          { name: "ca", mountPath: "/ca" },
        ],
      },
    ],
    [/extraVolumes has config, .* call it otherwise/, { extraVolumes: [{ name: "config", emptyDir: {} }] }],
    [
      /extraVolumeMounts has ca, and no volume is called so: add it to extraVolumes/,
      { extraVolumeMounts: [{ name: "ca", mountPath: "/ca" }] },
    ],
    [
      /extraVolumeMounts has the path \/etc\/traefik-cert-rotater, .* take another path/,
      {
        extraVolumes: [{ name: "ca", emptyDir: {} }],
        extraVolumeMounts: [{ name: "ca", mountPath: "/etc/traefik-cert-rotater" }],
      },
    ],
    [
      /tolerations has the operator Exists with the value a/,
      { tolerations: [{ key: "b", operator: "Exists", value: "a" }] },
    ],
    [/tolerations has an entry without key/, { tolerations: [{ operator: "Equal" }] }],
    [
      /resources\.requests\.memory is 1Gi, more than resources\.limits\.memory, which is 256Mi: lower/,
      { resources: { requests: { memory: "1Gi" } } },
    ],
    [
      /resync\.resources\.requests\.memory is 129Mi, more than/,
      { resync: { resources: { requests: { memory: "129Mi" } } } },
    ],
    [
      /extraObjects\[0\] is no object with apiVersion, kind and metadata\.name/,
      { extraObjects: ["kind: ["] },
    ],
    [
      /delivery\.broker\.create is off and no Broker is named/,
      { delivery: { mode: "broker", broker: { create: false } } },
    ],
    [
      /source\.mode is none, so that nothing would come/,
      { source: { mode: "none" }, delivery: { mode: "broker" } },
    ],
  ];
  for (const [sentence, values] of wrong) {
    test(sentence.source, async () => {
      await assert.rejects(render(values), (error: Error) => sentence.test(error.message));
    });
  }

  for (const schedule of ["*/5 * * * *", "0,30 8-18/2 1 JAN,7 MON-FRI", "@hourly", "? 0 * * 6", "", null]) {
    test(`the schedule "${schedule}" is none of them`, async () => {
      await render({ resync: { schedule } });
    });
  }

  test("all of them at once", async () => {
    const values = { serving: { minScale: 5 }, extraEnv: [{ name: "INSTANCE", value: "a" }] };
    await assert.rejects(
      render(values),
      (error: Error) => /minScale/.test(error.message) && /extraEnv/.test(error.message),
    );
  });
});
