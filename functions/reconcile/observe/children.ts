/**
 * The children that concern one route. What a list shows of them may be behind where it comes from the API server's
 * cache; then each child that matters is read by name as well.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { isSharing, type SharingIntegration } from "../plan/namespace-index.ts";
import { isOwnedBy } from "../plan/ownership.ts";
import type { Acquired } from "./holders.ts";
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

/**
 * All objects of the kind that have a say in what the route gets, whoever made them: all there are or, where the lists
 * may be behind anyway, those that the route has or that have what it names. `wanted` is that; null where nothing.
 */
export async function allChildren(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  wanted: string | null,
): Promise<readonly KubernetesObject[]> {
  if (!view.hasOldLists) return view.children(integration);
  const acquired = isSharing(integration) ? await view.acquired(integration) : null;
  if (acquired === null) {
    return withLiveOnes(view, integration, route, wanted, await view.children(integration));
  }
  const [known, others] = await Promise.all([
    childrenOf(view, integration, route),
    holdersOf(view, integration, acquired, wanted),
  ]);
  const names = new Set(known.map(({ metadata }) => metadata.name));
  return [...known, ...others.filter(({ metadata }) => !names.has(metadata.name))];
}

/** Whether what is listed of the kind shows a child of the route, without looking for the one that has its name. */
export async function showsChild(
  view: NamespaceView,
  integration: SharingIntegration,
  description: RouteDescription,
): Promise<boolean> {
  const { route } = description;
  const acquired = view.hasOldLists ? await view.acquired(integration) : null;
  if (acquired?.has(integration.childName(route)) === true) return true;
  const listed =
    acquired === null
      ? await view.children(integration)
      : await holdersOf(view, integration, acquired, integration.sharedResource.requestedBy(description));
  return listed.some((child) => isOwnedBy(child, route));
}

/** The objects that have the shared resource, as they are now. */
async function holdersOf(
  view: NamespaceView,
  integration: Integration,
  acquired: Acquired,
  wanted: string | null,
): Promise<readonly KubernetesObject[]> {
  const names = [...acquired].flatMap(([name, has]) => (has === wanted ? [name] : []));
  const holders = await Promise.all(names.map((name) => view.child(integration, name)));
  return holders.filter((child) => child !== null);
}

/** The list with what the route has, may have or claims as it is now, and without what is gone by now. */
async function withLiveOnes(
  view: NamespaceView,
  integration: Integration,
  route: RouteReference,
  wanted: string | null,
  list: readonly KubernetesObject[],
): Promise<readonly KubernetesObject[]> {
  const names = new Set([
    integration.childName(route),
    ...list.filter(mattersTo(integration, route, wanted)).map(({ metadata }) => metadata.name),
  ]);
  const live = await Promise.all([...names].map((name) => view.child(integration, name)));
  return [
    ...live.filter((child) => child !== null),
    ...list.filter(({ metadata }) => !names.has(metadata.name)),
  ];
}

/** Tells which objects matter to the route: those it has a part in, and those that have what it names. */
export function mattersTo(
  { sharedResource }: Integration,
  route: RouteReference,
  wanted: string | null,
): (child: KubernetesObject) => boolean {
  return (child) => isOwnedBy(child, route) || (wanted !== null && sharedResource?.of(child.spec) === wanted);
}
