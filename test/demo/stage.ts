/**
 * What the demo plays on: the control plane, the chart installed by helm, the sources and the function.
 *
 * @module
 */
import { execFile } from "node:child_process";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { type ApiServerSource, startApiServerSource } from "../api-server-source/api-server-source.ts";
import { configOf } from "../api-server-source/config.ts";
import { findBinaries } from "../control-plane/binaries.ts";
import type { Cluster } from "../control-plane/cluster.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { loadCrds } from "../control-plane/crds.ts";
import { runHelm } from "../control-plane/helm.ts";
import { type Activator, startActivator } from "./activator.ts";
import { programOf } from "./container.ts";
import type { Narrator } from "./narrator.ts";
import { type PodFiles, preparePod, startPod } from "./pod.ts";

export const RELEASE = "traefik-cert-rotation";

/** How long the function stays without an event, in milliseconds; Knative's default is a minute. */
const IDLE_AFTER = 3_000;

/** Starts the control plane and gives Traefik its Service, with the address of the README. */
export async function startPlatform(): Promise<ControlPlane> {
  // All that must be built, with one account of it, before anything starts.
  await findBinaries(["etcd", "kube-apiserver", "kube-controller-manager", "helm"]);
  const controlPlane = await startControlPlane({ crds: await loadCrds() });
  const { admin } = controlPlane;
  await admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "traefik" } });
  await admin.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "traefik", name: "traefik", labels: { "app.kubernetes.io/name": "traefik" } },
    spec: { type: "LoadBalancer", clusterIP: "10.96.0.10", ports: [{ name: "websecure", port: 443 }] },
  });
  return controlPlane;
}

/** Runs helm with these words; its standard output, or an error with what it says. */
export async function helm(cluster: Cluster, command: string): Promise<string> {
  const { code, stdout, stderr } = await runHelm(command.split(" ").slice(1), cluster);
  if (code !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

export interface Stage {
  readonly activator: Activator;
  readonly files: PodFiles;
  /** Runs the container of the chart's CronJob as a process; what it prints. */
  runCronJob(): Promise<string>;
  startSources(): Promise<void>;
  stopSources(): Promise<void>;
  stop(): Promise<void>;
}

/** Bundles the function and starts what plays Knative's part for the installed chart. */
export async function openStage(cluster: ControlPlane, narrator: Narrator): Promise<Stage> {
  const app = join(cluster.folder, "app");
  await run(process.execPath, ["tools/bundle.ts", app], process.env);
  const service = await chartObject(cluster, "serving.knative.dev/v1", "Service", RELEASE);
  const cronJob = await chartObject(cluster, "batch/v1", "CronJob", `${RELEASE}-resync`);
  const files = await preparePod(cluster, service);
  const activator = await startActivator({
    start: () => startPod(cluster, files, app),
    idleAfter: IDLE_AFTER,
    onStart: ({ pid }, time) => narrator.aside(`function started: process ${pid}, ready after ${ms(time)}`),
    onStop: ({ pid }, idle) =>
      narrator.aside(
        `function stopped${idle ? `: no event for ${IDLE_AFTER / 1000} s` : ""} (process ${pid})`,
      ),
    onAnswer: (request, status, time) =>
      narrator.aside(`event ${nameOf(request)}: ${status} after ${ms(time)}`),
  });
  let sources: readonly ApiServerSource[] = [];
  const stopSources = async () => {
    await Promise.all(sources.map((source) => source.stop()));
    sources = [];
  };
  return {
    activator,
    files,
    stopSources,
    async startSources() {
      const objects = await cluster.admin.list({
        apiVersion: "sources.knative.dev/v1",
        kind: "ApiServerSource",
        namespace: RELEASE,
      });
      sources = await Promise.all(objects.map((object) => startSource(cluster, object, activator.url)));
    },
    async runCronJob() {
      const { args, env } = programOf(containerOf(cronJob), app);
      // The Service's DNS name means nothing outside a cluster.
      return run(process.execPath, args, { ...env, K_SINK: activator.url });
    },
    async stop() {
      await stopSources();
      await activator.stop();
    },
  };
}

async function startSource(
  cluster: Cluster,
  object: KubernetesObject,
  sink: string,
): Promise<ApiServerSource> {
  const { serviceAccountName } = object.spec as { serviceAccountName: string };
  const token = await cluster.admin.token(RELEASE, serviceAccountName);
  const connection = { url: cluster.url, caPem: cluster.caPem, token };
  return startApiServerSource({ connection, config: configOf(object, sink) });
}

async function chartObject(cluster: Cluster, apiVersion: string, kind: string, name: string) {
  const object = await cluster.admin.get({ apiVersion, kind, namespace: RELEASE, name });
  if (object === null) throw new Error(`the chart made no ${kind} ${name}`);
  return object;
}

function containerOf(cronJob: KubernetesObject): unknown {
  type Spec = { jobTemplate: { spec: { template: { spec: { containers: unknown[] } } } } };
  return (cronJob.spec as Spec).jobTemplate.spec.template.spec.containers[0];
}

async function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(file, [...args], { env })).stdout;
}

/** `ref.add ingressroutes default/my-ingress`, or the type alone. */
function nameOf({ headers }: IncomingMessage): string {
  const type = String(headers["ce-type"]).replace("dev.knative.apiserver.", "");
  const [, namespace, plural, name] =
    /namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(String(headers["ce-subject"])) ?? [];
  return name === undefined ? type : `${type} ${plural} ${namespace}/${name}`;
}

function ms(time: number): string {
  return `${Math.round(time)} ms`;
}
