import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import type { Cluster } from "../control-plane/cluster.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { at, type Release, type Rendered, render } from "./render.ts";

const everything = {
  selector: { ingressClass: "internal", legacyGroup: true },
  traefik: { defaultRuleSyntax: "v2" },
  logLevel: "debug",
  auth: { oidc: { enabled: true, subjects: ["system:serviceaccount:ops:*"] } },
  serving: { window: "30s", scaleToZeroPodRetentionPeriod: "1m" },
  networkPolicy: {
    apiServer: { cidrs: ["10.0.0.0/8"] },
    extraIngress: [{ from: [{ podSelector: {} }] }],
    extraEgress: [{ ports: [{ port: 4318 }] }],
  },
  imagePullSecrets: [{ name: "registry" }],
  extraEnv: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }],
  podAnnotations: { "example.com/a": "b" },
  serviceAccount: { annotations: { "example.com/a": "b" } },
  nodeSelector: { "kubernetes.io/arch": "arm64" },
  tolerations: [{ key: "spot", operator: "Exists" }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: {} } },
      ],
    },
  },
  priorityClassName: "low",
  image: { registry: "mirror.example" },
  envFrom: [{ configMapRef: { name: "settings" } }, { prefix: "A_", secretRef: { name: "settings" } }],
  extraVolumes: [{ name: "ca", configMap: { name: "ca" } }],
  extraVolumeMounts: [{ name: "ca", mountPath: "/ca", readOnly: true }],
  extraObjects: [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "more", namespace: "{{ .Release.Namespace }}" },
      data: { a: "b" },
    },
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-more\n  namespace: {{ .Release.Namespace }}\n",
  ],
  source: { mode: "Resource", children: "always" },
};

/** What Knative takes only with features of its own, which its definition does not know. */
const ofPods = {
  podSecurityContext: { fsGroup: 65532, supplementalGroups: [1] },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { "app.kubernetes.io/component": "function" } },
    },
  ],
};

const cases: Readonly<Record<string, object>> = {
  "with the defaults": {},
  "with every value set": everything,
  "in mode deployment": { ...everything, ...ofPods, serving: { mode: "deployment" } },
  "without any event": { source: { mode: "none" } },
  "without a security context": { securityContext: null },
  "in mode keda": { ...everything, ...ofPods, serving: { mode: "keda", minScale: 1, maxScale: 0 } },
  "with every source of resyncs": {
    ...everything,
    resync: { mode: "both", sinkBinding: true, fanOut: true },
  },
  "through a Broker": {
    delivery: {
      mode: "broker",
      broker: {
        class: "Kafka",
        config: { apiVersion: "v1", kind: "ConfigMap", name: "kafka", namespace: "knative-eventing" },
      },
      deadLetterSink: { ref: { apiVersion: "v1", kind: "Service", name: "dead" }, uri: "/letters" },
    },
    resync: { mode: "both", sinkBinding: true, fanOut: true },
  },
};

suite("the API server", () => {
  let cluster: Cluster;
  let release: Release;

  before(async () => {
    cluster = await sharedControlPlane();
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    release = { name: "tcr", namespace: await cluster.admin.createNamespace("chart", labels) };
  });

  /** Server-side apply as a dry run: the whole of validation and admission, nothing stored. */
  async function dryRun(object: Rendered): Promise<unknown> {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace } = metadata;
    const path = await cluster.admin.resolver.path({ apiVersion, kind, namespace, name });
    return cluster.admin.client.json({
      method: "PATCH",
      path: `${path}?dryRun=All&fieldManager=chart-test&fieldValidation=Strict`,
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  for (const [title, values] of Object.entries(cases)) {
    test(`accepts every object ${title}, without an unknown field`, async () => {
      for (const object of await render(values, release)) {
        const accepted = await dryRun(object);
        assert.equal(at(accepted, "metadata.name"), object.metadata.name);
      }
    });
  }

  test("accepts the pods in a namespace of restricted pod security", async () => {
    // Admission asks for the account, and a dry run has stored none.
    const metadata = { ...release };
    await cluster.admin.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
    const pods = (await render({ serving: { mode: "deployment" } }, release))
      .filter(({ kind }) => kind === "Deployment" || kind === "Job")
      .map((object) => at(object, "spec.template.spec") as object);
    assert.equal(pods.length, 2);
    for (const [index, spec] of pods.entries()) {
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `pod-${index}`, namespace: release.namespace, labels: {} },
        spec: { ...spec, serviceAccountName: release.name },
      };
      assert.equal(at(await dryRun(pod), "spec.containers.0.securityContext.runAsNonRoot"), true);
    }
  });
});
