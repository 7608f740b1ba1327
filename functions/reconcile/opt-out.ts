/**
 * Routes, or halves of routes, that the user wants left out.
 *
 * @module
 */
import type { RouteDescription } from "../traefik/route-description.ts";

export const IGNORE_ANNOTATION = "traefik-cert-rotater.io/ignore";
const SWITCHBOARD_IGNORE_ANNOTATION = "switchboard.borchero.com/ignore";

/** Which class of routes an installation serves. Null: every route. */
export interface Selector {
  readonly ingressClass: string | null;
}

/** Whether this installation serves the route's class; another class is another installation's business. */
export function isSelected(description: RouteDescription, selector: Selector): boolean {
  return selector.ingressClass === null || description.ingressClass === selector.ingressClass;
}

/** Whether the route opts out of the integration: `all` (Switchboard's `true` too) or a comma list of names. */
export function isIgnored(description: RouteDescription, integration: string): boolean {
  return [IGNORE_ANNOTATION, SWITCHBOARD_IGNORE_ANNOTATION].some((annotation) => {
    const words = (description.annotations[annotation] ?? "").split(",").map((word) => word.trim());
    return words.includes("all") || words.includes("true") || words.includes(integration);
  });
}
