/**
 * The function in a container of the published image, with what a kubelet would give to its pod.
 *
 * @module
 */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../../control-plane/cluster.ts";
import { freePort } from "../../control-plane/free-port.ts";
import type { Supervisor } from "../../control-plane/supervised.ts";
import { containerOf } from "../../integration/harness/container.ts";
import { mustGet } from "../../integration/harness/objects.ts";
import { existingRelease } from "../../integration/harness/release.ts";
import { until } from "../../integration/harness/until.ts";
import type { Containerd } from "./containerd.ts";
import { functionService, RELEASE } from "./install.ts";

const NAME = "function-container";

/** Starts it on a port of loopback and waits until it is ready: its URL. The image must have been pulled. */
export async function startContainer(
  cluster: Cluster,
  containerd: Containerd,
  supervisor: Supervisor,
  image: string,
): Promise<string> {
  const release = existingRelease(cluster, { name: RELEASE, namespace: RELEASE, ingressClass: null });
  const { command, args, env } = containerOf(await mustGet(cluster.admin, functionService));
  const mounts = {
    "/etc/traefik-cert-rotater": await mount(supervisor, "config", {
      "config.json": await release.configuration(),
    }),
    "/var/run/secrets/kubernetes.io/serviceaccount": await mount(supervisor, "serviceaccount", {
      token: await release.functionToken(),
      "ca.crt": cluster.caPem,
    }),
  };
  const { hostname, port } = new URL(cluster.url);
  const own = await freePort();
  const variables = {
    ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
    PORT: String(own),
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
  };
  const words = { command: [...command, ...args], env: variables, mounts };
  const [program, ...rest] = containerd.command(image, NAME, words);
  await supervisor.start(NAME, program, rest, { PATH: process.env.PATH ?? "" });
  const url = `http://127.0.0.1:${own}/`;
  await until("the function in the container is ready", async () => {
    if (supervisor.outcomeOf(NAME) !== null)
      throw new Error(`the container ended: ${await supervisor.logOf(NAME)}`);
    return fetch(`${url}health/readiness`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return url;
}

export async function stopContainer(supervisor: Supervisor): Promise<void> {
  await supervisor.stop(NAME);
}

/** A folder that the image's user can read. */
async function mount(
  { folder }: Supervisor,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await chmod(path, 0o755);
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text, { mode: 0o644 });
  return path;
}
