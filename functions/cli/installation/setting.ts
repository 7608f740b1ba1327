/**
 * For which installation a command speaks, and with what configuration.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import { DEFAULT_INSTANCE } from "../../instance.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { ForbiddenError } from "../../kubernetes/errors.ts";
import { ClusterAccessError, orAccessError } from "../connection/access-error.ts";
import { readConfiguration } from "../input/configuration-file.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";
import { configurationOf, type Installation, listInstallations } from "./installation.ts";
import { findInstance } from "./instance.ts";

/** Where a configuration comes from; the documented shape of it in JSON too. */
export type ConfigurationSource =
  | { readonly source: "ConfigMap"; readonly namespace: string; readonly name: string }
  | { readonly source: "file"; readonly path: string }
  | { readonly source: "defaults"; readonly why: string };

export interface Setting {
  readonly instance: string;
  readonly configuration: Configuration;
  readonly from: ConfigurationSource;
}

export interface SettingOptions {
  /** Path of a configuration, or of values of the chart. */
  readonly config?: string;
  /** Whatever the installation is set to. */
  readonly defaults?: boolean;
  /** `<namespace>/<release>`, checked. */
  readonly installation?: string;
}

type ListingClient = Pick<KubernetesClient, "list">;

/**
 * What the installation is set to, unless the options say otherwise.
 *
 * @param namespace that the command is about; null: all
 * @throws {UsageError} where one of several installations must be named, or the one that is named is not there
 * @throws {ClusterAccessError} where the installation's configuration cannot be read
 */
export async function readSetting(
  client: ListingClient,
  options: SettingOptions,
  scope: { readonly server: string; readonly namespace: string | null },
  terminal: Pick<Terminal, "err">,
): Promise<Setting> {
  const { config, defaults = false, installation } = options;
  if (config !== undefined || defaults) {
    const configuration = await readConfiguration(config ?? null, terminal);
    const instance =
      installation ?? (await findInstance(client, configuration.integrations, scope.namespace));
    const from: ConfigurationSource =
      config === undefined ? { source: "defaults", why: "--defaults" } : { source: "file", path: config };
    return { instance, configuration, from };
  }
  const found = await readInstallation(client, installation ?? null, scope.server);
  if (found === null) return beforeInstalling(client, scope.namespace, terminal);
  const { instance, namespace, name } = found;
  return {
    instance,
    configuration: configurationOf(found),
    from: { source: "ConfigMap", namespace, name },
  };
}

/**
 * The installation of that name, else the only one; null where there is none at all and none is named.
 *
 * @throws {UsageError} where there are several, or not the one that is named
 * @throws {ClusterAccessError} where that cannot be read
 */
export async function readInstallation(
  client: Pick<KubernetesClient, "list">,
  wanted: string | null,
  server: string,
): Promise<Installation | null> {
  const all = await installations(client, wanted, server);
  const names = all.map(({ instance }) => instance).join(", ") || "none";
  if (wanted !== null) {
    const found = all.find(({ instance }) => instance === wanted);
    if (found !== undefined) return found;
    throw new UsageError(
      `found no ConfigMap of the installation ${wanted}; say which with --instance (in ${server} there is: ${names}), ` +
        "or, to look at something that is not installed, give --config FILE or --defaults",
    );
  }
  if (all.length > 1) {
    throw new UsageError(`there are several installations: ${names}; say which with --instance`);
  }
  return all[0] ?? null;
}

/** Of one that is named, its own namespace is enough. */
async function installations(
  client: Pick<KubernetesClient, "list">,
  wanted: string | null,
  server: string,
): Promise<readonly Installation[]> {
  const ofAll = orAccessError(
    listInstallations(client, null),
    server,
    () =>
      "you may not list ConfigMaps in all namespaces, so that it is not known what the product is set to do here: " +
      "name the installation with --instance NAMESPACE/RELEASE, or give its configuration with --config FILE or --defaults",
  );
  const [namespace] = wanted?.split("/") ?? [];
  if (namespace === undefined) return await ofAll;
  try {
    return await ofAll;
  } catch (error) {
    if (!(error instanceof ClusterAccessError && error.cause instanceof ForbiddenError)) throw error;
    return await orAccessError(
      listInstallations(client, namespace),
      server,
      () =>
        `you may not list ConfigMaps in namespace ${namespace}, where the installation's configuration is: ` +
        "ask for that right, or give its configuration with --config FILE or --defaults",
    );
  }
}

/** Nothing is installed: what is shown is what an installation without any value would do. */
async function beforeInstalling(
  client: ListingClient,
  namespace: string | null,
  terminal: Pick<Terminal, "err">,
): Promise<Setting> {
  const configuration = await readConfiguration(null, terminal);
  const instance = await findInstance(client, configuration.integrations, namespace);
  const why =
    instance === DEFAULT_INSTANCE
      ? "nothing is installed here yet"
      : `there is no ConfigMap of installation ${instance}`;
  return { instance, configuration, from: { source: "defaults", why } };
}

/** For people. */
export function sourceText(from: ConfigurationSource): string {
  switch (from.source) {
    case "ConfigMap":
      return `ConfigMap ${from.namespace}/${from.name}`;
    case "file":
      return from.path;
    case "defaults":
      return `the defaults (${from.why})`;
  }
}
