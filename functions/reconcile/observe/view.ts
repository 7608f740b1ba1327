/**
 * Reads everything that one route's reconcile needs, in one round trip: the requests go out side by side, for the
 * source waits for each answer and this latency is its throughput.
 *
 * @module
 */

import { dependencyKey, type Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject, ResourceDefinition } from "../../kubernetes/objects.ts";
import { LEGACY_GROUP, ROUTE_GROUP, resourceOfRoute } from "../../traefik/resources.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { ChangeHint } from "../../work.ts";
import { IGNORE_ANNOTATION } from "../plan/opt-out.ts";
import { LOOKUP_SELECTOR } from "../plan/ownership.ts";
import { type Result, settle } from "../result.ts";

export interface Observation {
  readonly route: Result<KubernetesObject | null>;
  /** Where the route is of the legacy group: the route of its name in the current one, which goes first. */
  readonly shadow: Result<KubernetesObject | null>;
  /** Annotations of the route's namespace. */
  readonly namespaceAnnotations: Result<Readonly<Record<string, string>>>;
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
  client: Pick<KubernetesClient, "get" | "list">,
  route: RouteReference,
  integrations: readonly Integration[],
  hint: ChangeHint | null,
): Promise<Observation> {
  const { namespace, name } = route;
  const get = (resource: ResourceDefinition) => settle(client.get({ resource, namespace, name }));
  const [live, namespaceAnnotations, shadow, ...children] = await Promise.all([
    get(resourceOfRoute(route)),
    settle(readNamespace(client, namespace)),
    route.group === LEGACY_GROUP ? get(resourceOfRoute({ ...route, group: ROUTE_GROUP })) : NONE,
    ...integrations.map((integration) => observeChild(client, route, integration, hint)),
  ]);
  return {
    route: live,
    shadow,
    namespaceAnnotations,
    children: new Map(
      integrations.map((integration, index) => [integration, children[index] as ChildObservation]),
    ),
  };
}

/** All objects of a kind, or those with the labels, in a namespace or (null) in all of them. */
export async function listNamespace(
  client: Pick<KubernetesClient, "get" | "list">,
  resource: ResourceDefinition,
  namespace: string | null,
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

const NAMESPACE: ResourceDefinition = { group: "", version: "v1", plural: "namespaces", kind: "Namespace" };

async function readNamespace(
  client: Pick<KubernetesClient, "get">,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const namespace = await client.get({ resource: NAMESPACE, namespace: null, name });
  return namespace?.metadata.annotations ?? {};
}

/** Annotations of the namespaces that have an opt-out, of all or (not null) of one. */
export async function readOptOuts(
  client: Pick<KubernetesClient, "get" | "list">,
  namespace: string | null,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  if (namespace !== null) return new Map([[namespace, await readNamespace(client, namespace)]]);
  const namespaces = await listNamespace(client, NAMESPACE, null);
  return new Map(
    namespaces.flatMap(({ metadata: { name, annotations = {} } }) =>
      IGNORE_ANNOTATION in annotations ? [[name, annotations] as const] : [],
    ),
  );
}

const NONE: Result<null> = { ok: true, value: null };
const NOTHING_LISTED: Result<readonly KubernetesObject[]> = { ok: true, value: [] };

async function observeChild(
  client: Pick<KubernetesClient, "get" | "list">,
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
  client: Pick<KubernetesClient, "get" | "list">,
  integration: Integration,
): Promise<ReadonlyMap<string, KubernetesObject | null>> {
  const objects = await Promise.all(integration.dependencies.map((reference) => client.get(reference)));
  return new Map(
    integration.dependencies.map((reference, index) => [dependencyKey(reference), objects[index] ?? null]),
  );
}
