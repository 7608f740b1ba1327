/**
 * The container of the chart's resync Job, run as a process, for no job controller runs here.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { bundle } from "./bundle.ts";

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Runs its command and arguments with its environment and no other. Two things are as the cluster would have them:
 * the image's paths lead to this machine's Node and bundle, and the Service's name to `sink`.
 */
export async function runResyncPod(
  { command, args, env }: Container,
  sink: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { folder, remove } = await bundle();
  const resolve = (path: string) =>
    path === "/nodejs/bin/node" ? process.execPath : path.replace(/^\/app\//, `${folder}/`);
  const [program = "", ...rest] = [...command.map(resolve), ...args];
  const variables = Object.fromEntries(
    env.map(({ name, value }) => [name, name === "K_SINK" && isOurService(value) ? sink : value]),
  );
  try {
    return await new Promise((done) => {
      execFile(program, rest, { env: variables, cwd: join(folder) }, (error, stdout, stderr) =>
        done({
          code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        }),
      );
    });
  } finally {
    await remove();
  }
}

/** The name that Knative gives to the chart's Service. */
function isOurService(url: string): boolean {
  return url === "http://traefik-cert-rotation.traefik-cert-rotation.svc.cluster.local";
}
