/**
 * An installation that continues another takes over what it wants itself, and nothing else: a route of a class that it
 * does not serve may still be the former one's, or a third one's, and so is what that route has. Pure.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type RouteDescription, routeKey } from "../../traefik/route-description.ts";
import { isSelected, type Selector } from "./opt-out.ts";
import { type Identity, makerOf, owningRoutes } from "./ownership.ts";
import type { Plan } from "./plan.ts";

type Setting = Pick<Identity, "instance"> & { readonly selector: Selector };

/** Makes of a plan one that deletes no such child. `routes`: those that are known, whatever their class. */
export function sparingFormer(routes: readonly RouteDescription[], setting: Setting): (plan: Plan) => Plan {
  const isLeft = leftToFormer(routes, setting);
  return (plan) =>
    plan.step.action === "delete" && isLeft(plan.step.live) ? { ...plan, step: { action: "none" } } : plan;
}

/** Tells whether a child carries another installation's name still while this one serves none of the child's routes. */
export function leftToFormer(
  routes: readonly RouteDescription[],
  { instance, selector }: Setting,
): (child: KubernetesObject) => boolean {
  let served: ReadonlyMap<string, boolean> | null = null;
  return (child) => {
    if (makerOf(child) === instance) return false;
    served ??= new Map(
      routes.map((description) => [routeKey(description.route), isSelected(description, selector)]),
    );
    const owners = owningRoutes(child).map((owner) => served?.get(routeKey(owner)));
    return owners.includes(false) && !owners.includes(true);
  };
}
