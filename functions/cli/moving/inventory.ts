/**
 * Reads what a move has to know of a site: the routes, what serves them now, and who made that.
 *
 * @module
 */
import type { Configuration } from "../../config/configuration.ts";
import { dependencyKey, type Integration } from "../../integrations/integration.ts";
import { isLiving, type KubernetesObject, type ResourceDefinition } from "../../kubernetes/objects.ts";
import { describeRoutes } from "../../reconcile/observe/describe.ts";
import { readSharedObject, type SharedObjectState } from "../../reconcile/observe/guard.ts";
import { listAll } from "../../reconcile/observe/listing.ts";
import { readOptOuts } from "../../reconcile/observe/view.ts";
import { isSharing, type SharingIntegration } from "../../reconcile/plan/namespace-index.ts";
import { isSelected } from "../../reconcile/plan/opt-out.ts";
import { Pool, ROUTES_AT_ONCE } from "../../reconcile/resync/pool.ts";
import { settingsOf } from "../../reconcile/route/context.ts";
import { routeResources } from "../../traefik/resources.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { whereReadable } from "../cluster/reader.ts";
import { CLUSTER_ISSUERS, DEPLOYMENTS, INGRESSES, SERVICES } from "./resources.ts";
import type { Site } from "./site.ts";

export interface Inventory {
  /** Of the class that the configuration names, those of Traefik 2's group too, without any that is hidden by another. */
  readonly routes: readonly RouteDescription[];
  /** The same, with every rule that names no syntax read as Traefik 2 does; none where all rules load as they are. */
  readonly routesAsV2: readonly RouteDescription[];
  /** The integration with shared children, which is the one for certificates; null where it is off. */
  readonly sharing: SharingIntegration | null;
  /** By integration: every object of its kind. */
  readonly children: ReadonlyMap<Integration, readonly KubernetesObject[]>;
  readonly ingresses: readonly KubernetesObject[];
  readonly deployments: readonly KubernetesObject[];
  readonly services: readonly KubernetesObject[];
  readonly issuers: readonly KubernetesObject[];
  /** The target Service as the configuration has it; null where it is not there, or none is asked for. */
  readonly target: KubernetesObject | null;
  /** What stands where routes want a certificate to be, by `namespace/name`; only what is there. */
  readonly secrets: ReadonlyMap<string, SharedObjectState>;
}

export async function takeInventory(site: Site, configuration: Configuration): Promise<Inventory> {
  const { client, namespace } = site;
  const { integrations } = configuration;
  const list = (resource: ResourceDefinition, everywhere = false) =>
    whereReadable(listAll(client, { resource, namespace: everywhere ? null : namespace }), []);
  const kinds = routeResources(configuration.selector);
  const others = routeResources({ ...configuration.selector, legacyGroup: true }).slice(kinds.length);
  const peek = (resource: ResourceDefinition, scope: string | null) =>
    whereReadable(listAll(site.peeking, { resource, namespace: scope }), []);
  const reading = [
    ...kinds.map((kind) => list(kind)),
    // Of Traefik 2's group, which need not be asked for to be of interest.
    ...others.map((kind) => peek(kind, namespace)),
  ];
  const objects = (await Promise.all(reading)).flat();
  const living = objects.filter(isLiving);
  const optOuts = await whereReadable(readOptOuts(client, namespace), new Map());
  const describeAll = async (defaultRuleSyntax: Configuration["defaultRuleSyntax"]) => {
    const settings = { ...settingsOf(configuration), defaultRuleSyntax };
    const all = await describeRoutes(settings, living, optOuts);
    return all.filter((description) => isSelected(description, configuration.selector));
  };
  const routes = await describeAll(configuration.defaultRuleSyntax);
  const sharing = integrations.find(isSharing) ?? null;
  const children = new Map<Integration, readonly KubernetesObject[]>();
  for (const integration of integrations) children.set(integration, await list(integration.resource));
  const [ingresses, deployments, issuers] = await Promise.all([
    list(INGRESSES),
    list(DEPLOYMENTS, true),
    list(CLUSTER_ISSUERS, true),
  ]);
  const [reference] = integrations.flatMap(({ dependencies }) => dependencies);
  const target = reference === undefined ? null : await whereReadable(client.get(reference), null);
  return {
    routes,
    routesAsV2: routes.some(({ incomplete }) => incomplete) ? await describeAll("v2") : [],
    sharing,
    children,
    ingresses,
    deployments,
    // Only where another one may be meant.
    services: reference === undefined || target !== null ? [] : await peek(SERVICES, null),
    issuers,
    target,
    secrets: sharing === null ? new Map() : await readSecrets(site, sharing, routes),
  };
}

/** Metadata only, as for `plan`. */
async function readSecrets(
  { client }: Site,
  sharing: SharingIntegration,
  routes: readonly RouteDescription[],
): Promise<Inventory["secrets"]> {
  const { requestedBy, overwriteRisk } = sharing.sharedResource;
  const wanted = new Map<string, { readonly namespace: string; readonly name: string }>();
  for (const description of routes) {
    const name = requestedBy(description);
    const { namespace } = description.route;
    if (name !== null) wanted.set(dependencyKey({ namespace, name }), { namespace, name });
  }
  const found = new Map<string, SharedObjectState>();
  const pool = new Pool(ROUTES_AT_ONCE);
  for (const [key, { namespace, name }] of wanted) {
    await pool.add(async () => {
      const reading = readSharedObject(client, sharing, overwriteRisk, namespace, name);
      const state = await whereReadable(reading, null);
      if (state !== null && state.object !== null) found.set(key, state);
    });
  }
  await pool.drain();
  return found;
}
