/**
 * The installations that a cluster has, each known by its ConfigMap with the function's configuration.
 *
 * @module
 */
import { type Configuration, InvalidConfigurationError } from "../../config/configuration.ts";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { INSTANCE_ANNOTATION } from "../../reconcile/plan/ownership.ts";
import { isRecord } from "../../schema/unknown.ts";
import { ClusterAccessError } from "../connection/access-error.ts";

export const CONFIG_MAPS: ResourceDefinition = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
};

/** The chart labels all its objects so, whatever the release is called. */
export const PART_OF_SELECTOR = "app.kubernetes.io/part-of=traefik-cert-rotation";
export const RELEASE_LABEL = "app.kubernetes.io/instance";

const FILE = "config.json";
const PAGE = 500;

export interface Installation {
  /** `<namespace>/<release>`, which stands on its children. */
  readonly instance: string;
  /** Of the ConfigMap, and of everything else that the chart makes. */
  readonly namespace: string;
  /** Of the ConfigMap. */
  readonly name: string;
  /** Value of the label by which objects of the release are found. */
  readonly release: string;
  readonly text: string;
}

/**
 * All installations, or those of one namespace, by instance.
 *
 * @throws {KubernetesError}
 */
export async function listInstallations(
  client: Pick<KubernetesClient, "list">,
  namespace: string | null,
): Promise<readonly Installation[]> {
  const found = new Map<string, { installation: Installation; created: string }>();
  let continueToken: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof client.list>> = await client.list(CONFIG_MAPS, {
      namespace,
      labelSelector: PART_OF_SELECTOR,
      limit: PAGE,
      ...(continueToken === null ? {} : { continueToken }),
    });
    for (const object of page.items) {
      const installation = installationOf(object);
      if (installation === null) continue;
      const created = object.metadata.creationTimestamp ?? "";
      const known = found.get(installation.instance);
      // A generator of ConfigMaps leaves the former ones behind.
      if (known === undefined || known.created < created)
        found.set(installation.instance, { installation, created });
    }
    continueToken = page.continueToken;
  } while (continueToken !== null);
  return [...found.values()]
    .map(({ installation }) => installation)
    .sort((one, other) => (one.instance < other.instance ? -1 : 1));
}

function installationOf(object: KubernetesObject): Installation | null {
  const { name, namespace, labels = {}, annotations = {} } = object.metadata;
  const { data } = object as { readonly data?: unknown };
  const text = isRecord(data) ? data[FILE] : undefined;
  const release = labels[RELEASE_LABEL];
  if (typeof text !== "string" || namespace === undefined || release === undefined) return null;
  const instance = annotations[INSTANCE_ANNOTATION] ?? `${namespace}/${release}`;
  return { instance, namespace, name, release, text };
}

/** @throws {ClusterAccessError} where the function could not start with it either */
export function configurationOf({ namespace, name, text }: Installation): Configuration {
  const where = `${FILE} in ConfigMap ${namespace}/${name}`;
  try {
    return parseConfiguration(JSON.parse(text), INTEGRATIONS).configuration;
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      throw new ClusterAccessError(`${where} is not JSON (${cause.message}): install the release again`, {
        cause,
      });
    }
    if (!(cause instanceof InvalidConfigurationError)) throw cause;
    throw new ClusterAccessError(
      `${where} cannot be used, here as little as by the function: ${cause.message.replaceAll("\n", "; ")}; ` +
        "correct the values and upgrade the release, or give --config FILE",
      { cause },
    );
  }
}
