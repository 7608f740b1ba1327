/**
 * The container of the chart's resync Job, run as a process, for no job controller runs here.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { bundle } from "./bundle.ts";
import { type Container, toCommand } from "./container.ts";

/** The name that Knative gives to the chart's Service. */
const OUR_SERVICE = "http://traefik-cert-rotation.traefik-cert-rotation.svc.cluster.local";

/**
 * Runs its command and arguments with its environment and no other. As in a cluster, the Service's name leads to
 * `sink`; another address in K_SINK leads nowhere.
 */
export async function runResyncPod(
  container: Container,
  sink: string,
  service = OUR_SERVICE,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { folder, remove } = await bundle();
  const { program, args, env } = toCommand(container, { app: folder });
  const resolved = { ...env, ...(env.K_SINK === service ? { K_SINK: sink } : {}) };
  try {
    return await new Promise((done) => {
      execFile(program, args, { env: resolved }, (error, stdout, stderr) =>
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
