/**
 * Which of two routes is the older one.
 *
 * @module
 */
import type { RouteDescription } from "../../traefik/route-description.ts";

/** Older first; of one age by kind and name, so that the order never depends on the input's. */
export function compareAge(one: RouteDescription, other: RouteDescription): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function keyOf({ createdAt, route }: RouteDescription): string {
  return `${createdAt} ${route.kind}/${route.name}`;
}
