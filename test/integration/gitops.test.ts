/** What GitOps tools do with the chart and the plain manifests: render without a cluster, apply again and again. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAllDocuments, stringify } from "yaml";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { at, chart, only, type Rendered, render, servedKinds } from "../chart/render.ts";
import type { Manifest } from "../control-plane/admin.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds, thirdParties } from "../control-plane/crds.ts";
import { runHelm } from "../control-plane/helm.ts";
import { kustomize } from "../control-plane/kustomize.ts";

const examples = new URL("../../examples/", import.meta.url);
const NAME = "traefik-cert-rotation";
const ALL = ["IngressRoute", "Certificate", "DNSEndpoint"];

let cluster: ControlPlane;
before(async () => {
  const tools = ["argo-cd", "flux-helm", "flux-source"] as const;
  cluster = await startControlPlane({ crds: await loadCrds([...thirdParties, ...tools]) });
});
after(() => cluster.stop());

/** Applies as Argo CD, Flux and `kubectl apply --server-side` do; answers with the versions by object. */
async function applyAll(objects: readonly (Manifest | Rendered)[]): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const object of objects) {
    const { kind, metadata } = await cluster.admin.apply(object as Manifest, { fieldManager: "gitops" });
    // The controllers of namespaces write to them too.
    if (kind === "Namespace") continue;
    versions.set(`${kind} ${metadata.namespace}/${metadata.name}`, metadata.resourceVersion ?? "");
  }
  return versions;
}

async function assertSettled(objects: readonly (Manifest | Rendered)[]): Promise<void> {
  const first = await applyAll(objects);
  assert.ok(first.size > 5);
  assert.deepEqual(await applyAll(objects), first);
}

async function documents(path: string): Promise<Manifest[]> {
  const text = await readFile(new URL(path, examples), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

suite("applied twice, nothing changes", () => {
  const everything = { resync: { mode: "both", sinkBinding: true, fanOut: true }, logLevel: "debug" };
  for (const [title, values, flags] of [
    ["rendered without a cluster", {}, []],
    ["rendered with the kinds of the cluster, as Argo CD does", {}, servedKinds(...ALL)],
    ["mode deployment", { serving: { mode: "deployment" } }, []],
    ["mode keda", { serving: { mode: "keda" } }, []],
    ["through a Broker", { ...everything, delivery: { mode: "broker" } }, []],
    ["with tokens", { ...everything, auth: { oidc: { enabled: true } } }, []],
  ] as const) {
    test(title, async () => {
      const namespace = await cluster.admin.createNamespace("gitops");
      await assertSettled(await render(values, { name: "tcr", namespace }, flags));
    });
  }

  test("by helm itself", async () => {
    const namespace = await cluster.admin.createNamespace("helm");
    const upgrade = async () => {
      const { code, stderr } = await runHelm(["upgrade", "-i", "tcr", chart, "-n", namespace], cluster);
      assert.deepEqual([code, stderr], [0, ""]);
      const kinds = [
        { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
        { apiVersion: "sources.knative.dev/v1", kind: "ApiServerSource" },
        { apiVersion: "serving.knative.dev/v1", kind: "Service" },
        { apiVersion: "batch/v1", kind: "CronJob" },
        { apiVersion: "batch/v1", kind: "Job" },
        { apiVersion: "v1", kind: "ConfigMap" },
      ];
      const lists = await Promise.all(kinds.map((kind) => cluster.admin.list({ ...kind, namespace })));
      return lists.flat().map(generationOf);
    };
    const first = await upgrade();
    assert.ok(first.length >= 7);
    assert.deepEqual(await upgrade(), first);
  });

  const generationOf = ({ kind, metadata }: KubernetesObject) => {
    const { name, uid, generation } = metadata as KubernetesObject["metadata"] & { generation?: number };
    return { kind, name, uid, generation };
  };
});

suite("examples/argocd", () => {
  interface Application {
    readonly spec: {
      readonly destination: { readonly namespace: string };
      readonly source: { readonly helm: { readonly releaseName: string; readonly valuesObject: object } };
    };
  }

  test("is an Application, of which Argo CD makes the release of the README", async () => {
    const [application, ...others] = await documents("argocd/application.yaml");
    assert.deepEqual(others, []);
    assert.ok(application);
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd" } };
    await applyAll([namespace, application]);
    const { destination, source } = (application as Manifest & Application).spec;
    const { releaseName: name, valuesObject } = source.helm;
    const release = { name, namespace: destination.namespace };
    const objects = await render(valuesObject, release, servedKinds(...ALL));
    assert.deepEqual(
      objects.filter(({ kind }) => kind === "ApiServerSource").map(({ metadata }) => metadata.name),
      [`${NAME}-routes`],
    );
    assert.equal(issuerOf(objects), "letsencrypt");
    const own = { apiVersion: "v1", kind: "Namespace", metadata: { name: destination.namespace } };
    await assertSettled([own, ...objects]);
  });

  test("renders where Knative is yet to come, with the same Application", async () => {
    const flags = ["--api-versions", "apps/v1/Deployment"];
    const objects = await render({}, { name: NAME, namespace: NAME }, flags);
    assert.ok(objects.some(({ apiVersion }) => apiVersion === "serving.knative.dev/v1"));
  });

  test("its Job is replaced where an overlay changes the image and not the name", async () => {
    const { metadata } = only(await render(), "Job");
    assert.equal(metadata.annotations?.["argocd.argoproj.io/sync-options"], "Replace=true,Force=true");
    assert.equal(metadata.annotations?.["kustomize.toolkit.fluxcd.io/force"], "enabled");
  });
});

suite("examples/flux", () => {
  test("are a source and a HelmRelease, of which Flux makes the release of the README", async () => {
    const [namespace, repository, release, ...others] = await documents("flux/release.yaml");
    assert.ok(namespace && repository && release);
    assert.deepEqual(others, []);
    await applyAll([namespace, repository, release]);
    const { releaseName, values } = release.spec as { releaseName: string; values: object };
    const args = ["install", releaseName, chart, "--namespace", "flux-release", "--create-namespace"];
    const set = ["--set-json", JSON.stringify(values)];
    const { code, stderr } = await runHelm([...args, ...set], cluster);
    assert.deepEqual([code, stderr], [0, ""]);
    const config = { apiVersion: "v1", kind: "ConfigMap", namespace: "flux-release", name: `${NAME}-config` };
    const object = (await cluster.admin.get(config)) as unknown as Rendered;
    assert.equal(issuerOf([object]), "letsencrypt");
  });
});

suite("examples/kustomize and knative/", () => {
  const folder = (name: string) => fileURLToPath(new URL(name, examples));

  test("an overlay with another image goes over the plain manifests, and each settles", async () => {
    await assertSettled(await kustomize(folder("../knative")));
    const overlay = await kustomize(folder("kustomize"));
    await assertSettled(overlay);
    const images = JSON.stringify(overlay).match(/"image":"[^"]*"/g) ?? [];
    assert.deepEqual(
      [...new Set(images.map((image) => image.replace(/:[^:]*$/, "")))],
      ['"image":"registry.example/mirror/traefik-cert-rotater'],
    );
    const objects = overlay as unknown as Rendered[];
    assert.equal(at(only(objects, "CronJob"), "spec.schedule"), "*/10 * * * *");
    assert.equal(issuerOf(objects), "letsencrypt");
    const instance = only(objects, "ConfigMap").metadata.annotations?.["traefik-cert-rotater.io/instance"];
    assert.equal(instance, `${NAME}/${NAME}`);
    // And back, as after a rollback.
    await applyAll(await kustomize(folder("../knative")));
  });
});

suite("as part of another chart", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "umbrella-"));
    const dependency = {
      name: NAME,
      version: "*",
      repository: `file://${chart}`,
      condition: `${NAME}.enabled`,
    };
    await mkdir(join(folder, "templates"));
    await writeFile(
      join(folder, "Chart.yaml"),
      stringify({ apiVersion: "v2", name: "platform", version: "1.0.0", dependencies: [dependency] }),
    );
    const { code, stderr } = await runHelm(["dependency", "update", folder]);
    assert.equal(code, 0, stderr);
  });
  after(() => rm(folder, { recursive: true }));

  const template = (values: object) =>
    runHelm(["template", "p", folder, "-n", "platform", "--set-json", JSON.stringify({ [NAME]: values })]);

  test("it may be switched by `enabled`, and put into a namespace of its own", async () => {
    const on = await template({ enabled: true, namespaceOverride: "certificates" });
    assert.deepEqual([on.code, on.stderr], [0, ""]);
    const objects = parseAllDocuments(on.stdout).map((document) => document.toJS() as Rendered);
    const namespaces = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
    assert.deepEqual([...new Set(namespaces)], ["certificates"]);
    const instance = only(objects, "ConfigMap").metadata.annotations?.["traefik-cert-rotater.io/instance"];
    assert.equal(instance, "certificates/p");
    assert.equal((await template({ enabled: false })).stdout.trim(), "");
  });

  test("a wrong value of its is refused there, too", async () => {
    const { code, stderr } = await template({ enabled: "yes" });
    assert.equal(code, 1);
    assert.match(stderr, /enabled/);
  });
});

/** The issuer in the function's configuration. */
function issuerOf(objects: readonly Rendered[]): unknown {
  const text = (only(objects, "ConfigMap") as unknown as { data: Record<string, string> }).data[
    "config.json"
  ];
  return at(JSON.parse(text ?? ""), "integrations.certManager.certificateTemplate.spec.issuerRef.name");
}
