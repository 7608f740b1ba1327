/**
 * Routes of Traefik's previous API group that give way to a namesake in the current one.
 *
 * @module
 */
import type { Problem } from "../../problem.ts";
import { LEGACY_GROUP } from "../../traefik/resources.ts";
import { type RouteDescription, routeName } from "../../traefik/route-description.ts";

export function shadowed({ route: { kind, name } }: RouteDescription): Problem {
  return {
    reason: "Shadowed",
    message: `${kind} ${name} exists in traefik.io too, and that one counts. Delete this one of traefik.containo.us.`,
    field: "apiVersion",
  };
}

/** The routes that count, of whatever namespaces. */
export function unshadowed(descriptions: readonly RouteDescription[]): readonly RouteDescription[] {
  const current = new Set(
    descriptions.filter(({ route }) => route.group !== LEGACY_GROUP).map(({ route }) => routeName(route)),
  );
  return descriptions.filter(({ route }) => route.group !== LEGACY_GROUP || !current.has(routeName(route)));
}
