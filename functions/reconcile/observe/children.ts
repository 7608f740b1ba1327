/**
 * The children that concern one route. What a list shows of them may be behind where it comes from the API server's
 * cache; then each child that matters is read by name as well.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import { isSharing } from "../plan/namespace-index.ts";
import { isOwnedBy } from "../plan/ownership.ts";
import type { NamespaceView } from "./view.ts";

/** The child that has the route's own name, and those that only their labels lead to. */
export async function childrenOf(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
): Promise<readonly KubernetesObject[]> {
  const [own, labelled] = await Promise.all([
    view.child(integration, integration.childName(route)),
    isSharing(integration) ? view.childrenByLabel(integration) : [],
  ]);
  if (view.hasOldLists) return withLiveOnes(view, integration, route, null, labelled);
  if (own === null) return labelled;
  return [own, ...labelled.filter(({ metadata }) => metadata.name !== own.metadata.name)];
}

/** All objects of the kind, whoever made them. `wanted` is what the route names; null where nothing. */
export async function allChildren(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  wanted: string | null,
): Promise<readonly KubernetesObject[]> {
  const all = await view.children(integration);
  return view.hasOldLists ? withLiveOnes(view, integration, route, wanted, all) : all;
}

/** The list with what the route has, may have or claims as it is now, and without what is gone by now. */
async function withLiveOnes(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  wanted: string | null,
  list: readonly KubernetesObject[],
): Promise<readonly KubernetesObject[]> {
  const matters = (child: KubernetesObject) =>
    isOwnedBy(child, route) || (wanted !== null && integration.sharedResource?.of(child.spec) === wanted);
  const names = new Set([
    integration.childName(route),
    ...list.filter(matters).map(({ metadata }) => metadata.name),
  ]);
  const live = await Promise.all([...names].map((name) => view.child(integration, name)));
  return [
    ...live.filter((child) => child !== null),
    ...list.filter(({ metadata }) => !names.has(metadata.name)),
  ];
}
