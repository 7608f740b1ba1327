/**
 * Routes of Traefik's former API group that give way to a namesake in the current one.
 *
 * @module
 */
import type { Problem } from "../problem.ts";
import { LEGACY_GROUP } from "../traefik/resources.ts";
import type { RouteDescription } from "../traefik/route-description.ts";

export function shadowed({ route: { kind, name } }: RouteDescription): Problem {
  return {
    reason: "Shadowed",
    message: `${kind} ${name} exists in traefik.io too, and that one counts. Delete this one of traefik.containo.us.`,
    field: "apiVersion",
  };
}

/** Whether one of the others is the route's namesake in the current group. */
export function isShadowed({ route }: RouteDescription, others: readonly RouteDescription[]): boolean {
  return (
    route.group === LEGACY_GROUP &&
    others.some(
      ({ route: other }) =>
        other.group !== LEGACY_GROUP &&
        other.kind === route.kind &&
        other.namespace === route.namespace &&
        other.name === route.name,
    )
  );
}
