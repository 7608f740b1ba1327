/**
 * Routes, or halves of routes, that the user wants left out.
 *
 * @module
 */
import type { RouteDescription } from "../../traefik/route-description.ts";

/** On a route or its namespace: `all`, or names of integrations separated by commas. */
export const IGNORE_ANNOTATION = "traefik-cert-rotater.io/ignore";
export const SWITCHBOARD_IGNORE_ANNOTATION = "switchboard.borchero.com/ignore";

/** Which class of routes an installation serves. Null: every route. */
export interface Selector {
  readonly ingressClass: string | null;
}

/** Whether this installation serves the route's class; another class is another installation's business. */
export function isSelected(description: Pick<RouteDescription, "ingressClass">, selector: Selector): boolean {
  return selector.ingressClass === null || description.ingressClass === selector.ingressClass;
}

/** Whether the route opts out of the integration: `all` (Switchboard's `true` too) or a comma list of names. */
export function isIgnored({ annotations }: RouteDescription, integration: string): boolean {
  const [own, switchboards] = [annotations[IGNORE_ANNOTATION], annotations[SWITCHBOARD_IGNORE_ANNOTATION]];
  if (own === undefined && switchboards === undefined) return false;
  const words = [own, switchboards].flatMap((value) => value?.split(",") ?? []).map((word) => word.trim());
  return words.includes("all") || words.includes("true") || words.includes(integration);
}

/** The route with its namespace's opt-out as its own: either of them opts out. */
export function withNamespaceOptOut(
  description: RouteDescription,
  namespace: Readonly<Record<string, string>>,
): RouteDescription {
  const inherited = namespace[IGNORE_ANNOTATION];
  if (inherited === undefined) return description;
  const own = description.annotations[IGNORE_ANNOTATION];
  const ignore = own === undefined ? inherited : `${own},${inherited}`;
  return { ...description, annotations: { ...description.annotations, [IGNORE_ANNOTATION]: ignore } };
}
