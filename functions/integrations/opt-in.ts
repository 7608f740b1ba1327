/**
 * Routes that ask for an integration that is off for all others.
 *
 * @module
 */
import type { RouteDescription } from "../traefik/route-description.ts";

/** On a route: `all`, or names of integrations separated by commas. */
export const ENABLE_ANNOTATION = "traefik-cert-rotater.io/enable";

export function isEnabled(
  { annotations }: Pick<RouteDescription, "annotations">,
  integration: string,
): boolean {
  const words = (annotations[ENABLE_ANNOTATION] ?? "").split(",").map((word) => word.trim());
  return words.includes("all") || words.includes(integration);
}
