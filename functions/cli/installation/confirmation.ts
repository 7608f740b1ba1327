/**
 * A person's word that many deletions are right, put down where only those can who may change the installation.
 *
 * @module
 */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { rfc3339 } from "../../reconcile/plan/child/hosts-since.ts";
import { CONFIRMATION_ANNOTATION } from "../../reconcile/resync/confirmation.ts";
import { ClusterAccessError, orAccessError } from "../connection/access-error.ts";
import { connect } from "../connection/connection.ts";
import { hasKubeconfig } from "../connection/kubeconfig-context.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";
import { CONFIG_MAPS, type Installation } from "./installation.ts";
import { readInstallation } from "./setting.ts";

/** A resync that waits for its turn behind another one counts too. */
const AT_LEAST_SECONDS = 600;

/** @throws {ClusterAccessError} */
export async function confirmDeletions(
  client: Pick<KubernetesClient, "mergePatch">,
  { namespace, name }: Installation,
  server: string,
  until: Date,
): Promise<void> {
  const annotations = { [CONFIRMATION_ANNOTATION]: rfc3339(until.getTime()) };
  await orAccessError(
    client.mergePatch({ resource: CONFIG_MAPS, namespace, name }, { metadata: { annotations } }),
    server,
    () =>
      `you may not confirm deletions, for that you must be allowed to patch ConfigMap ${namespace}/${name}: ask for that right`,
  );
}

export function confirmedUntil(timeoutSeconds: number, now: Date): Date {
  return new Date(now.getTime() + Math.max(timeoutSeconds, AT_LEAST_SECONDS) * 1_000);
}

export interface ConfirmationOptions {
  readonly installation?: string;
  readonly context?: string;
  readonly timeoutSeconds: number;
}

/**
 * For an event that is sent to an address: confirms where a kubeconfig leads to the installation. Null where that was
 * done, else why it was not.
 *
 * @throws {UsageError | ClusterAccessError} the same, where an option names the installation or the cluster
 */
export async function tryToConfirm(
  options: ConfirmationOptions,
  { env }: Pick<Terminal, "env">,
): Promise<string | null> {
  const { installation, context, timeoutSeconds } = options;
  const isAsked = installation !== undefined || context !== undefined;
  if (!isAsked && !(await hasKubeconfig(env))) return "there is no kubeconfig";
  try {
    const { client, server } = await connect(context ?? null, env);
    const found = await readInstallation(client, installation ?? null, server);
    if (found === null) return `nothing is installed in ${server}`;
    await confirmDeletions(client, found, server, confirmedUntil(timeoutSeconds, new Date()));
    return null;
  } catch (error) {
    if (!(error instanceof ClusterAccessError || error instanceof UsageError) || isAsked) throw error;
    return error.message;
  }
}
