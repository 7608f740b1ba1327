/**
 * What `status` knows of a cluster: a dry run, and the objects that it met.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { isLiving, type KubernetesObject, type ResourceDefinition } from "../../kubernetes/objects.ts";
import { describeRoutes } from "../../reconcile/observe/describe.ts";
import { readDependencies, readOptOuts } from "../../reconcile/observe/view.ts";
import { isSelected } from "../../reconcile/plan/opt-out.ts";
import { settingsOf } from "../../reconcile/route/context.ts";
import { routeResources } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type ClusterOptions, type OpenCluster, openCluster } from "./cluster.ts";
import { type DryRun, dryRun } from "./dry-run.ts";
import { whereReadable } from "./reader.ts";

export interface Snapshot extends OpenCluster {
  readonly run: DryRun;
  /** Of the class that the installation serves. */
  readonly routes: readonly RouteDescription[];
  /** Every object of that kind that was met, ours or not. */
  childrenOf(integration: Integration): readonly KubernetesObject[];
  readonly dependencies: ReadonlyMap<Integration, ReadonlyMap<string, KubernetesObject | null>>;
}

export async function takeSnapshot(options: ClusterOptions, terminal: Terminal): Promise<Snapshot> {
  const met = new Map<string, Map<string, KubernetesObject>>();
  const cluster = await openCluster(options, terminal, (resource, items) => {
    const objects = met.get(keyOf(resource)) ?? new Map<string, KubernetesObject>();
    met.set(keyOf(resource), objects);
    for (const item of items) objects.set(`${item.metadata.namespace}/${item.metadata.name}`, item);
  });
  const { reader, configuration, instance, namespace } = cluster;
  const { client } = reader;
  const run = await dryRun(
    { client, configuration, instance },
    { namespace, name: null, confirmDeletions: false },
  );
  const objectsOf = (resource: ResourceDefinition) => [...(met.get(keyOf(resource))?.values() ?? [])];
  const routes = routeResources(configuration.selector).flatMap(objectsOf).filter(isLiving);
  const described = await describeAll(cluster, routes);
  return {
    ...cluster,
    run,
    routes: described.filter((description) => isSelected(description, configuration.selector)),
    childrenOf: ({ resource }) => objectsOf(resource),
    dependencies: await dependenciesOf(cluster),
  };
}

/** All of them as they count: none that another one shadows. */
export async function describeAll(
  { reader, configuration, namespace }: OpenCluster,
  objects: readonly KubernetesObject[],
): Promise<readonly RouteDescription[]> {
  const optOuts = await whereReadable(readOptOuts(reader.client, namespace), new Map());
  return describeRoutes(settingsOf(configuration), objects, optOuts);
}

/** What cannot be read is left out. */
export async function dependenciesOf({
  reader,
  configuration,
}: OpenCluster): Promise<Snapshot["dependencies"]> {
  const read = new Map<Integration, ReadonlyMap<string, KubernetesObject | null>>();
  for (const integration of configuration.integrations) {
    const found = await whereReadable(readDependencies(reader.client, integration), null);
    if (found !== null) read.set(integration, found);
  }
  return read;
}

function keyOf({ group, plural }: ResourceDefinition): string {
  return `${plural}.${group}`;
}
