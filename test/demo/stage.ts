/**
 * What plays on the platform: the sources and the function, which the activator starts and stops.
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
import { type Activator, startActivator } from "./activator.ts";
import { programOf } from "./container.ts";
import { developedAt } from "./developed.ts";
import type { Narrator } from "./narrator.ts";
import type { Platform } from "./platform.ts";
import { type PodFiles, preparePod, startPod } from "./pod.ts";

/** How long the function stays without an event, in milliseconds; Knative's default is a minute. */
const IDLE_AFTER = 3_000;

export interface Stage {
  readonly activator: Activator;
  readonly files: PodFiles;
  /** Runs the container of the CronJob as a process; what it prints. */
  runCronJob(): Promise<string>;
  startSources(): Promise<void>;
  stopSources(): Promise<void>;
  stop(): Promise<void>;
}

/** Bundles the function and starts what plays Knative's part for what is installed. */
export async function openStage(platform: Platform, narrator: Narrator): Promise<Stage> {
  const app = join(platform.supervisor.folder, "app");
  await run(process.execPath, ["tools/bundle.ts", app], process.env);
  const files = await preparePod(platform);
  const activator = await startActivator({
    start: () => startPod(platform, files, app),
    instead: () => developedAt(platform.supervisor.folder),
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
      const objects = platform.installation.sources;
      sources = await Promise.all(objects.map((object) => startSource(platform, object, activator.url)));
    },
    async runCronJob() {
      const { args, env } = programOf(containerOf(platform.installation.cronJob), app);
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
  { admin, url, caPem, eventsOf }: Platform,
  object: KubernetesObject,
  sink: string,
): Promise<ApiServerSource> {
  const { serviceAccountName } = object.spec as { serviceAccountName: string };
  const token = await admin.token(object.metadata.namespace ?? "", serviceAccountName);
  const connection = { url, caPem, token };
  return startApiServerSource({ connection, config: configOf(object, sink, eventsOf) });
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
