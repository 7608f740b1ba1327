/**
 * Confirms deletions on the cluster itself, before the event that asks for them is sent: the function has no other way
 * to know who sent it.
 *
 * @module
 */
import { createClient, type KubernetesClient } from "../kubernetes/client.ts";
import { KubernetesError } from "../kubernetes/errors.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { createTransport } from "../kubernetes/transport.ts";
import { CONFIG_MAP } from "../reconcile/resync/confirm.ts";
import { CONFIRMATION_ANNOTATION, toTimestamp } from "../reconcile/resync/confirmation.ts";
import { checkInstance, findInstance } from "./cluster/instance.ts";
import { commandCredentials } from "./cluster/kubeconfig-context.ts";
import { readConfiguration } from "./input/analyse.ts";
import { type Terminal, UsageError } from "./terminal/terminal.ts";

export interface ConfirmationOptions {
  readonly instance?: string;
  readonly context?: string;
  /** The confirmation is good for so long. */
  readonly seconds: number;
}

/**
 * Writes the confirmation onto the ConfigMap of the installation. Null where that was done; why not where there is no
 * way to a cluster from here.
 *
 * @throws {UsageError} where the installation is not plain, or its ConfigMap cannot be written
 */
export async function confirmDeletions(
  { instance, context, seconds }: ConfirmationOptions,
  terminal: Terminal,
): Promise<string | null> {
  const given = instance === undefined ? null : checkInstance(instance);
  let client: KubernetesClient;
  try {
    const credentials = await commandCredentials(context ?? null, terminal.env);
    client = createClient(credentials, createTransport(credentials));
  } catch (error) {
    if (!(error instanceof UsageError) || context !== undefined || given !== null) throw error;
    return error.message;
  }
  const { integrations } = await readConfiguration(null, terminal);
  const installation = given ?? (await findInstance(client, integrations, null));
  const until = toTimestamp(Date.now() + seconds * 1_000);
  try {
    const { name, namespace = null } = (await findConfigMap(client, installation)).metadata;
    const metadata = { annotations: { [CONFIRMATION_ANNOTATION]: until } };
    await client.mergePatch({ resource: CONFIG_MAP, namespace, name }, { metadata });
    return null;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    throw new UsageError(`deletions could not be confirmed for ${installation}: ${error.message}`, {
      cause: error,
    });
  }
}

/** The one that the chart made, and `knative/` too. */
async function findConfigMap(
  client: Pick<KubernetesClient, "list">,
  installation: string,
): Promise<KubernetesObject> {
  const [namespace = "", release = ""] = installation.split("/");
  const labelSelector = `app.kubernetes.io/instance=${release},app.kubernetes.io/part-of=traefik-cert-rotation`;
  const { items } = await client.list(CONFIG_MAP, { namespace, limit: 2, labelSelector });
  const [only, ...others] = items;
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(
    `found ${items.length === 0 ? "no ConfigMap" : "several ConfigMaps"} of the installation ${installation}; say ` +
      `which installation with --instance NAMESPACE/RELEASE, or annotate its ConfigMap yourself: ${CONFIRMATION_ANNOTATION}`,
  );
}
