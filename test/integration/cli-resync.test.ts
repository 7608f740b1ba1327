/**
 * `resync` without an address: a Job of the installation's CronJob, with the real Job controller. No kubelet runs
 * here, so the test says of the pods what a kubelet would.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import type { Manifest } from "../control-plane/admin.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { kubeconfig } from "../control-plane/kubeconfig.ts";
import { watch } from "../control-plane/watch.ts";
import { bundleCli, type Cli, type CliResult } from "./harness/cli.ts";
import { installRelease, type Release } from "./harness/release.ts";

const PODS = { apiVersion: "v1", kind: "Pod" };
const JOBS = { apiVersion: "batch/v1", kind: "Job" };
const CONFIRMED = "traefik-cert-rotater.io/confirm-deletions-until";

interface PodObject extends KubernetesObject {
  readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] };
}

let controlPlane: ControlPlane;
let release: Release;
let cli: Cli;

before(async () => {
  [controlPlane, cli] = await Promise.all([
    loadCrds().then((crds) =>
      startControlPlane({ crds, controllerManagerFlags: ["--controllers=job-controller"] }),
    ),
    bundleCli(),
  ]);
  release = await installRelease(controlPlane, { values: { resync: { onInstall: false } } });
});
after(async () => {
  await controlPlane.stop();
  await cli.remove();
});

function run(words: readonly string[], path = controlPlane.kubeconfigPath): Promise<CliResult> {
  return cli.run(["resync", ...words], { KUBECONFIG: path });
}

/** The pod that the Job controller makes next; pods that were there before are `known`. */
async function nextPod(known: ReadonlySet<string>): Promise<PodObject> {
  const path = `/api/v1/namespaces/${release.namespace}/pods`;
  const signal = AbortSignal.timeout(30_000);
  for await (const { objects } of watch(controlPlane.admin.client, path, { signal })) {
    const pod = [...objects.values()].find(({ metadata }) => !known.has(metadata.name));
    if (pod !== undefined) return pod as PodObject;
  }
  throw new Error("no pod within 30 s");
}

async function podNames(): Promise<ReadonlySet<string>> {
  const pods = await controlPlane.admin.list({ ...PODS, namespace: release.namespace });
  return new Set(pods.map(({ metadata }) => metadata.name));
}

/** What a kubelet says of a pod. */
async function say(pod: PodObject, phase: string, state: object): Promise<void> {
  const current = await controlPlane.admin.get({
    ...PODS,
    namespace: release.namespace,
    name: pod.metadata.name,
  });
  const containerStatuses = [
    { name: "resync", state, ready: false, restartCount: 0, image: "x", imageID: "x", started: false },
  ];
  const status = { phase, containerStatuses };
  await controlPlane.admin.replace({ ...current, status } as unknown as Manifest, { subresource: "status" });
}

const ended = (exitCode: number) => ({
  terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error" },
});

async function configMap(): Promise<KubernetesObject | null> {
  const name = "tcr-traefik-cert-rotation-config";
  return controlPlane.admin.get({ apiVersion: "v1", kind: "ConfigMap", namespace: release.namespace, name });
}

suite("resync by a Job", () => {
  test("makes it as the CronJob would, and ends when it ends", async () => {
    const known = await podNames();
    const running = run(["--namespace", "shop", "--name", "web"]);
    const pod = await nextPod(known);
    assert.deepEqual(pod.spec.containers[0]?.args, ["resync", "--namespace", "shop", "--name", "web"]);
    const [owner] = pod.metadata.ownerReferences ?? [];
    const name = owner?.name ?? "";
    const job = await controlPlane.admin.get({ ...JOBS, namespace: release.namespace, name });
    assert.equal(job?.metadata.annotations?.["cronjob.kubernetes.io/instantiate"], "manual");
    assert.equal(job?.metadata.ownerReferences?.[0]?.kind, "CronJob");
    await say(pod, "Succeeded", ended(0));
    const { code, stdout, stderr } = await running;
    assert.equal(stdout, `Job ${release.namespace}/${name} has done the resync of shop/web\n`);
    assert.match(
      stderr,
      new RegExp(`^Job .*/${name} asks installation ${release.instance} for a resync of shop/web\n`),
    );
    assert.equal(code, 0);
    assert.equal((await configMap())?.metadata.annotations?.[CONFIRMED], undefined);
  });

  test("deletions that are blocked: exit code 3, and no second attempt", async () => {
    const known = await podNames();
    const running = run([]);
    await say(await nextPod(known), "Failed", ended(3));
    const { code, stdout } = await running;
    assert.match(stdout, /has done the resync of all routes, but for deletions that are blocked\n$/);
    assert.equal(code, 3);
    assert.equal((await podNames()).size, known.size + 1);
  });

  test("--confirm-deletions is put down at the installation before the Job is made", async () => {
    const known = await podNames();
    const earliest = Date.now();
    const running = run(["--confirm-deletions"]);
    const pod = await nextPod(known);
    const until = Date.parse((await configMap())?.metadata.annotations?.[CONFIRMED] ?? "");
    assert.ok(until >= earliest + 599_000 && until <= Date.now() + 600_000, String(until));
    assert.deepEqual(pod.spec.containers[0]?.args, ["resync", "--confirm-deletions"]);
    await say(pod, "Succeeded", ended(0));
    assert.equal((await running).code, 0);
  });

  test("a Job that fails is reported with the reason of its controller", async () => {
    const known = await podNames();
    const running = run([]);
    await say(await nextPod(known), "Failed", ended(2));
    const { code, stdout, stderr } = await running;
    assert.equal(stdout, "");
    assert.match(stderr, /\nJob .* failed: PodFailurePolicy: .*exit code 2/);
    assert.equal(code, 1);
  });

  test("after --timeout it says where to look; a Job that is deleted is reported", async () => {
    const late = await run(["--timeout", "1"]);
    assert.match(
      late.stderr,
      /has not ended within 1 s; it goes on\. To look at it: kubectl logs --namespace /,
    );
    assert.equal(late.code, 1);
    const known = await podNames();
    const running = run([]);
    const pod = await nextPod(known);
    const name = pod.metadata.ownerReferences?.[0]?.name ?? "";
    await controlPlane.admin.delete({ ...JOBS, namespace: release.namespace, name });
    const { code, stderr } = await running;
    assert.match(stderr, /\nJob .* was deleted before its end\n$/);
    assert.equal(code, 1);
  });

  test("who may not do it learns what right is missing", async () => {
    const { admin, url, caPem } = controlPlane;
    const { namespace } = release;
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1" };
    await admin.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name: "reader" } });
    const rules = [
      { apiGroups: ["", "batch"], resources: ["configmaps", "cronjobs"], verbs: ["get", "list"] },
    ];
    await admin.apply({ ...rbac, kind: "Role", metadata: { namespace, name: "reader" }, rules });
    await admin.apply({
      ...rbac,
      kind: "RoleBinding",
      metadata: { namespace, name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", namespace, name: "reader" }],
    });
    const token = await admin.token(namespace, "reader");
    const path = await cli.write("reader.kubeconfig", kubeconfig({ url, caPem, token }));
    const words = ["--instance", release.instance];
    const refused = await run(words, path);
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(
      refused.stderr,
      /^error: no Job can be made in namespace .*cannot create resource "jobs".*--to URL\n$/,
    );
    const unconfirmed = await run([...words, "--confirm-deletions"], path);
    assert.equal(unconfirmed.code, 1);
    assert.match(unconfirmed.stderr, /^error: you may not confirm deletions, .*patch ConfigMap /);
  });

  test("an installation without a CronJob says what else there is", async () => {
    await release.upgrade({ resync: { onInstall: false, schedule: "" } });
    const { code, stderr } = await run([]);
    assert.match(
      stderr,
      /^error: installation .* has no CronJob to make a Job from .*: give --to URL, or use kn event send\n$/,
    );
    assert.equal(code, 1);
  });
});
