/**
 * A cluster as the commands that look at one need it: how to read it, and what the product is set to do there.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import { createClient } from "../../kubernetes/client.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { isNamespaceName } from "../../kubernetes/paths.ts";
import { createTransport } from "../../kubernetes/transport.ts";
import { readConfiguration } from "../input/analyse.ts";
import { showProgress } from "../terminal/progress.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";
import { checkInstance, findInstance } from "./instance.ts";
import { commandCredentials } from "./kubeconfig-context.ts";
import { createReader, type Reader } from "./reader.ts";

export interface ClusterOptions {
  readonly namespace?: string;
  readonly config?: string;
  readonly instance?: string;
  readonly context?: string;
}

export interface OpenCluster {
  /** URL of the API server. */
  readonly server: string;
  readonly reader: Reader;
  readonly configuration: Configuration;
  readonly instance: string;
  /** Null: all namespaces. */
  readonly namespace: string | null;
  /** Takes the progress away; to be called before the first output. */
  endProgress(): void;
}

/** @throws {UsageError} if an option or the configuration cannot be used, or there is no way to a cluster */
export async function openCluster(
  options: ClusterOptions,
  terminal: Terminal,
  onList: (resource: ResourceDefinition, items: readonly KubernetesObject[]) => void = () => undefined,
): Promise<OpenCluster> {
  const { namespace = null } = options;
  if (namespace !== null && !isNamespaceName(namespace)) {
    throw new UsageError(`--namespace ${namespace} is not the name of a namespace`);
  }
  const given = options.instance === undefined ? null : checkInstance(options.instance);
  const configuration = await readConfiguration(options.config ?? null, terminal);
  const { integrations } = configuration;
  const credentials = await commandCredentials(options.context ?? null, terminal.env);
  const progress = showProgress(terminal);
  const reader = createReader({
    client: createClient(credentials, createTransport(credentials)),
    integrations,
    onList: (resource, items) => {
      progress.add(items.length);
      onList(resource, items);
    },
  });
  return {
    server: credentials.server.href,
    reader,
    configuration,
    instance: given ?? (await findInstance(reader.client, integrations, namespace)),
    namespace,
    endProgress: progress.end,
  };
}
