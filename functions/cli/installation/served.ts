/**
 * Which children belong to routes that an installation serves.
 *
 * @module
 */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isSelected, type Selector } from "../../reconcile/plan/opt-out.ts";
import { owningRoutes } from "../../reconcile/plan/ownership.ts";
import { parseRoute } from "../../traefik/ingress-route.ts";
import { resourceOfRoute } from "../../traefik/resources.ts";
import { type RouteReference, routeKey } from "../../traefik/route-description.ts";
import { orAccessError } from "../connection/access-error.ts";
import type { LabelledChild } from "./take-over.ts";

/**
 * Those of which no route that is there is of the class that the selector names: once they carried the installation's
 * name, it would delete them.
 *
 * @throws {ClusterAccessError} where a route may not be read
 */
export async function unservedOf(
  client: Pick<KubernetesClient, "get">,
  children: readonly LabelledChild[],
  selector: Selector,
  server: string,
): Promise<ReadonlySet<LabelledChild>> {
  const unserved = new Set<LabelledChild>();
  if (selector.ingressClass === null) return unserved;
  const routes = new Map<string, KubernetesObject | null>();
  const read = async (route: RouteReference): Promise<KubernetesObject | null> => {
    const known = routes.get(routeKey(route));
    if (known !== undefined) return known;
    const resource = resourceOfRoute(route);
    const live = await orAccessError(
      client.get({ resource, ...route }),
      server,
      () =>
        `you may not get ${resource.plural}.${resource.group}, so that it is not known which children are of the ` +
        `class ${selector.ingressClass}: ask for that right`,
    );
    routes.set(routeKey(route), live);
    return live;
  };
  for (const child of children) {
    const owners: KubernetesObject[] = [];
    for (const route of owningRoutes(child.object)) {
      const live = await read(route);
      if (live !== null) owners.push(live);
    }
    if (owners.length > 0 && !owners.some((route) => isServed(route, selector))) unserved.add(child);
  }
  return unserved;
}

function isServed(route: KubernetesObject, selector: Selector): boolean {
  return isSelected(parseRoute(route, { compileRegexp: () => null }), selector);
}
