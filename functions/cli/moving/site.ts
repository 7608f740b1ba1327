/**
 * What is to be moved: a cluster, or the manifests of one in files.
 *
 * @module
 */
import { readConfigurationFile } from "../../config/load.ts";
import { DEFAULT_INSTANCE } from "../../instance.ts";
import { dependencyKey } from "../../integrations/integration.ts";
import type { ObjectReference } from "../../kubernetes/objects.ts";
import { isRecord } from "../../schema/unknown.ts";
import { type ClusterOptions, openCluster } from "../cluster/cluster.ts";
import type { ReadingClient } from "../cluster/reader.ts";
import { configurationOfValues, markOfChartValues } from "../input/chart-values.ts";
import { readConfiguration } from "../input/configuration-file.ts";
import { lastOfEach } from "../input/duplicates.ts";
import { readObjects } from "../input/input.ts";
import { dependenciesWith, UNKNOWN_TARGET } from "../input/target.ts";
import { CONFIG_MAPS } from "../installation/installation.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createMemoryClient } from "./memory-client.ts";

export interface Site {
  /** For people. */
  readonly title: string;
  readonly client: ReadingClient;
  /** The same for what is only worth a look: that it could not be read is no failure. */
  readonly peeking: ReadingClient;
  readonly instance: string;
  /** Null: all namespaces. */
  readonly namespace: string | null;
  /** Unchecked content of the configuration in force; empty where nothing is installed and none was given. */
  readonly configured: Readonly<Record<string, unknown>>;
  /** What of it belongs into the values: that of a file; what is installed has it already. */
  readonly carried: Readonly<Record<string, unknown>>;
  /** Addresses are not known: those that stand there mean nothing. */
  readonly isFiles: boolean;
  notes(): readonly string[];
  failures(): readonly string[];
  /** To be called before the first output. */
  endProgress(): void;
}

/**
 * @throws {UsageError} if an option or the configuration cannot be used
 * @throws {ClusterAccessError} if the cluster does not answer, or does not let us know enough
 */
export async function openClusterSite(options: ClusterOptions, terminal: Terminal): Promise<Site> {
  const cluster = await openCluster(options, terminal);
  const { reader, server, instance, namespace, configurationFrom } = cluster;
  const given = await readGiven(options.config);
  return {
    title: server,
    client: reader.client,
    peeking: cluster.client,
    instance,
    namespace,
    configured:
      configurationFrom.source === "ConfigMap"
        ? await readConfigured(reader.client, configurationFrom)
        : given,
    carried: valuesIn(given),
    isFiles: false,
    notes: cluster.notes,
    failures: () => [...reader.failures],
    endProgress: cluster.endProgress,
  };
}

/** @throws {UsageError} if a file or the configuration cannot be used */
export async function openFileSite(
  title: string,
  files: readonly string[],
  config: string | undefined,
  terminal: Terminal,
): Promise<Site> {
  const { integrations } = await readConfiguration(config ?? null, terminal);
  const input = await readObjects(files, terminal);
  const { objects, contradictions } = lastOfEach([...input.routes, ...input.others]);
  const targets = dependenciesWith(integrations, [UNKNOWN_TARGET]);
  const otherwise = (reference: ObjectReference) =>
    reference.resource.kind === "Service" ? (targets.get(dependencyKey(reference)) ?? null) : null;
  const client = createMemoryClient(
    objects.map(({ object }) => object),
    otherwise,
  );
  const given = await readGiven(config);
  return {
    title,
    client,
    peeking: client,
    instance: DEFAULT_INSTANCE,
    namespace: null,
    configured: given,
    carried: valuesIn(given),
    isFiles: true,
    notes: () => [],
    failures: () => [...input.errors, ...contradictions],
    endProgress: () => undefined,
  };
}

/** It was read and found good before; the function itself has no other. */
async function readConfigured(
  client: ReadingClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Site["configured"]> {
  const map = await client.get({ resource: CONFIG_MAPS, namespace, name });
  const { data } = (map ?? {}) as { readonly data?: Readonly<Record<string, string>> };
  const parsed: unknown = JSON.parse(data?.["config.json"] ?? "{}");
  return isRecord(parsed) ? parsed : {};
}

async function readGiven(config: string | undefined): Promise<Site["configured"]> {
  if (config === undefined) return {};
  const raw = await readConfigurationFile(config);
  const configuration = markOfChartValues(raw) === null ? raw : configurationOfValues(raw);
  return isRecord(configuration) ? configuration : {};
}

/** Keys of Switchboard's file that mean nothing here are left behind, and so is who may send events. */
const VALUES = [
  "selector",
  "traefik",
  "integrations",
  "hostPolicy",
  "hostClaims",
  "mode",
  "onOptOut",
  "logLevel",
];

function valuesIn(given: Site["configured"]): Site["configured"] {
  return Object.fromEntries(Object.entries(given).filter(([key]) => VALUES.includes(key)));
}
