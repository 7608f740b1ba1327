/**
 * The function's pod, played by a process: the command, environment and configuration of the Knative Service in
 * the manifests and the token of their ServiceAccount.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { freePort } from "../control-plane/free-port.ts";
import type { Runnable } from "./activator.ts";
import { programOf } from "./container.ts";
import type { Platform } from "./platform.ts";

/** Its log is `<name>.log` in the supervisor's folder. */
const NAME = "function";

/** In milliseconds. */
const TOKEN_RENEWED_EVERY = 30 * 60_000;

/** Everything that the kubelet would mount into the pods of `service`. */
export interface PodFiles {
  readonly folder: string;
  readonly service: KubernetesObject;
  readonly log: string;
}

/** Writes token, authority and configuration as the kubelet mounts them. */
export async function preparePod({ admin, caPem, supervisor, installation }: Platform): Promise<PodFiles> {
  const { service } = installation;
  const namespace = service.metadata.namespace ?? "";
  const { serviceAccountName, volumes } = templateOf(service);
  const folder = join(supervisor.folder, "pod");
  await mkdir(folder, { mode: 0o700 });
  const config = { apiVersion: "v1", kind: "ConfigMap", namespace, name: volumes[0]?.configMap.name ?? "" };
  const { data = {} } = (await admin.get(config)) as { data?: Record<string, string> };
  const files: Record<string, string> = {
    ...data,
    token: await admin.token(namespace, serviceAccountName),
    "ca.crt": caPem,
  };
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), text, { mode: 0o600 });
  return { folder, service, log: join(supervisor.folder, `${NAME}.log`) };
}

/** Writes a new token now and then: one is valid for an hour. */
export function keepToken({ admin }: Platform, { folder, service }: PodFiles): void {
  const renew = async () => {
    const token = await admin.token(service.metadata.namespace ?? "", templateOf(service).serviceAccountName);
    await writeFile(join(folder, "token"), token, { mode: 0o600 });
  };
  setInterval(() => void renew().catch(() => {}), TOKEN_RENEWED_EVERY);
}

/** Arguments of the function, and the environment that it has in a pod. */
export function programInPlace(
  { url }: Platform,
  { folder, service }: PodFiles,
): { args: string[]; env: Record<string, string> } {
  const { hostname, port } = new URL(url);
  const { args, env } = programOf(templateOf(service).containers[0], "");
  return {
    args: args.slice(1).map((word) => word.replace("/etc/traefik-cert-rotater/", `${folder}/`)),
    env: {
      ...env,
      KUBERNETES_SERVICE_HOST: hostname.replace(/^\[|\]$/g, ""),
      KUBERNETES_SERVICE_PORT: port || "443",
      SERVICE_ACCOUNT_DIRECTORY: folder,
    },
  };
}

/** Starts the process and returns once it is ready. It ends with the demo, however that ends. */
export async function startPod(platform: Platform, files: PodFiles, app: string): Promise<Runnable> {
  const { supervisor } = platform;
  const own = await freePort("127.0.0.1");
  const [file = ""] = programOf(templateOf(files.service).containers[0], app).args;
  const { args, env } = programInPlace(platform, files);
  const pid = await supervisor.start(NAME, process.execPath, [file, ...args], { ...env, PORT: String(own) });
  while (!(await isReady(own))) {
    if (supervisor.outcomeOf(NAME) !== null)
      throw new Error(`the function ended before it was ready: ${await supervisor.logOf(NAME)}`);
    await delay(5);
  }
  return { pid, url: `http://127.0.0.1:${own}`, stop: () => supervisor.stop(NAME) };
}

/** What the kubelet's probe asks. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: "127.0.0.1", path: "/health/readiness", agent: false }, (response) =>
      resolve(response.resume().statusCode === 200),
    ).on("error", () => resolve(false));
  });
}

interface PodTemplate {
  readonly serviceAccountName: string;
  readonly volumes: readonly { readonly configMap: { readonly name: string } }[];
  readonly containers: readonly unknown[];
}

function templateOf(service: KubernetesObject): PodTemplate {
  return (service.spec as { template: { spec: PodTemplate } }).template.spec;
}
