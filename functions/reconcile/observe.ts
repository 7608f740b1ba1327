/**
 * Reads everything that one route's reconcile needs, in one round trip: the requests go out side by side, for the
 * source waits for each answer and this latency is its throughput.
 *
 * @module
 */
import type { ChangeHint } from "../cloudevents/work.ts";
import { dependencyKey, type Integration } from "../integrations/integration.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject, ResourceDefinition } from "../kubernetes/objects.ts";
import { LEGACY_GROUP, ROUTE_GROUP, resourceOfRoute } from "../traefik/resources.ts";
import type { RouteReference } from "../traefik/route-description.ts";
import { LOOKUP_SELECTOR } from "./ownership.ts";
import { type Result, settle } from "./result.ts";

export interface Observation {
  readonly route: Result<KubernetesObject | null>;
  /** Where the route is of the legacy group: the route of its name in the current one, which goes first. */
  readonly shadow: Result<KubernetesObject | null>;
  readonly children: ReadonlyMap<Integration, ChildObservation>;
}

export interface ChildObservation {
  /** The object that has the child's name. */
  readonly live: Result<KubernetesObject | null>;
  readonly dependencies: Result<ReadonlyMap<string, KubernetesObject | null>>;
  /** Where children are shared: ours that no route's name leads to. */
  readonly listed: Result<readonly KubernetesObject[]>;
  /** Where children are shared: all objects of the kind in the namespace, if they were read ahead. */
  readonly siblings: Promise<Result<readonly KubernetesObject[]>> | null;
}

const PAGE_SIZE = 500;

export async function observe(
  client: KubernetesClient,
  route: RouteReference,
  integrations: readonly Integration[],
  hint: ChangeHint | null,
): Promise<Observation> {
  const { namespace, name } = route;
  const get = (resource: ResourceDefinition) => settle(client.get({ resource, namespace, name }));
  const [live, shadow, ...children] = await Promise.all([
    get(resourceOfRoute(route)),
    route.group === LEGACY_GROUP ? get(resourceOfRoute({ ...route, group: ROUTE_GROUP })) : NONE,
    ...integrations.map((integration) => observeChild(client, route, integration, hint)),
  ]);
  return {
    route: live,
    shadow,
    children: new Map(
      integrations.map((integration, index) => [integration, children[index] as ChildObservation]),
    ),
  };
}

/** All objects of a kind in a namespace, or those with the labels. */
export async function listNamespace(
  client: KubernetesClient,
  resource: ResourceDefinition,
  namespace: string,
  labelSelector?: string,
): Promise<readonly KubernetesObject[]> {
  const items: KubernetesObject[] = [];
  let continueToken: string | null = null;
  do {
    const page = await client.list(resource, {
      namespace,
      limit: PAGE_SIZE,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(continueToken === null ? {} : { continueToken }),
    });
    items.push(...page.items);
    continueToken = page.continueToken;
  } while (continueToken !== null);
  return items;
}

const NONE: Result<null> = { ok: true, value: null };
const NOTHING_LISTED: Result<readonly KubernetesObject[]> = { ok: true, value: [] };

async function observeChild(
  client: KubernetesClient,
  route: RouteReference,
  integration: Integration,
  hint: ChangeHint | null,
): Promise<ChildObservation> {
  const { namespace } = route;
  const { resource, claim } = integration;
  // A new route most likely makes its child, and then must know who else claims what it claims.
  const readAhead = hint === "add" && claim !== null;
  const siblings = readAhead ? settle(listNamespace(client, resource, namespace)) : null;
  const [live, dependencies, listed] = await Promise.all([
    settle(client.get({ resource, namespace, name: integration.childName(route) })),
    settle(readDependencies(client, integration)),
    claim === null ? NOTHING_LISTED : settle(listNamespace(client, resource, namespace, LOOKUP_SELECTOR)),
  ]);
  return { live, dependencies, listed, siblings };
}

/** What an integration needs for every route, by `namespace/name`. */
export async function readDependencies(
  client: KubernetesClient,
  integration: Integration,
): Promise<ReadonlyMap<string, KubernetesObject | null>> {
  const objects = await Promise.all(integration.dependencies.map((reference) => client.get(reference)));
  return new Map(
    integration.dependencies.map((reference, index) => [dependencyKey(reference), objects[index] ?? null]),
  );
}
