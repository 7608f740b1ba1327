/**
 * A cluster as the commands that look at one need it: how to read it, and what the product is set to do there.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import type { Identity } from "../../reconcile/plan/ownership.ts";
import { isNamespaceName } from "../../schema/object-names.ts";
import { connect } from "../connection/connection.ts";
import { checkInstance } from "../installation/instance.ts";
import { type ConfigurationSource, readSetting } from "../installation/setting.ts";
import { showProgress } from "../terminal/progress.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";
import { createReader, type Reader, type ReadingClient } from "./reader.ts";

export interface ClusterOptions {
  readonly namespace?: string;
  readonly config?: string;
  readonly defaults?: boolean;
  readonly installation?: string;
  readonly context?: string;
}

export interface OpenCluster {
  /** URL of the API server. */
  readonly server: string;
  readonly reader: Reader;
  /** The same without a memory of what could not be read: for what a command can do without. */
  readonly client: ReadingClient;
  readonly configuration: Configuration;
  readonly configurationFrom: ConfigurationSource;
  readonly instance: string;
  readonly identity: Identity;
  /** Null: all namespaces. */
  readonly namespace: string | null;
  /** What the reader notes, and what has to be known of the installation. */
  notes(): readonly string[];
  /** Takes the progress away; to be called before the first output. */
  endProgress(): void;
}

/**
 * @throws {UsageError} if an option or the configuration cannot be used, or there is no way to a cluster
 * @throws {ClusterAccessError} if the cluster does not answer, or does not let us know enough
 */
export async function openCluster(
  options: ClusterOptions,
  terminal: Terminal,
  onList: (resource: ResourceDefinition, items: readonly KubernetesObject[]) => void = () => undefined,
): Promise<OpenCluster> {
  const { namespace = null, config, defaults = false } = options;
  if (namespace !== null && !isNamespaceName(namespace)) {
    throw new UsageError(`--namespace ${namespace} is not the name of a namespace`);
  }
  if (config !== undefined && defaults) throw new UsageError("give either --config or --defaults, not both");
  if (options.installation !== undefined) checkInstance(options.installation);
  const { client, server } = await connect(options.context ?? null, terminal.env);
  const setting = await readSetting(client, options, { server, namespace }, terminal);
  const { configuration, instance, from } = setting;
  const progress = showProgress(terminal);
  const reader = createReader({
    client,
    integrations: configuration.integrations,
    onList: (resource, items) => {
      progress.add(items.length);
      onList(resource, items);
    },
  });
  return {
    server,
    reader,
    client,
    configuration,
    configurationFrom: from,
    instance,
    identity: { instance, takeOverFrom: configuration.takeOverFrom },
    namespace,
    notes: () => [...(configuration.mode === "observe" ? [OBSERVES] : []), ...reader.notes],
    endProgress: progress.end,
  };
}

const OBSERVES =
  "the installation only observes (mode: observe): it writes nothing of this until its mode is reconcile.";
