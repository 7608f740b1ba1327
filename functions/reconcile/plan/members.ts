/**
 * Which routes have a part in an integration's children.
 *
 * @module
 */
import { LEGACY_GROUP } from "../../traefik/resources.ts";
import type { RouteDescription, RouteReference } from "../../traefik/route-description.ts";
import { isIgnored, isSelected, type OnOptOut, type Selector } from "./opt-out.ts";

/** What decides whether a route may have children. */
export interface Eligibility {
  readonly selector: Selector;
  readonly onOptOut: OnOptOut;
}

/** Whether the route is this installation's business and has not opted out of the integration. */
export function mayHaveChild(
  description: RouteDescription,
  selector: Selector,
  integration: string,
): boolean {
  return isSelected(description, selector) && !isIgnored(description, integration);
}

/** Whether what the route has stays as it is: nobody can say what it claims, or it has opted out and keeps. */
export function keepsChild(
  { selector, onOptOut }: Eligibility,
  description: RouteDescription,
  integration: string,
): boolean {
  return mayHaveChild(description, selector, integration) ? description.undecidable : onOptOut === "keep";
}

/** Without the routes of the legacy group that give way to a namesake. */
export function unshadowed(descriptions: readonly RouteDescription[]): readonly RouteDescription[] {
  const current = new Set(
    descriptions.filter(({ route }) => route.group !== LEGACY_GROUP).map(({ route }) => keyOf(route)),
  );
  return descriptions.filter(({ route }) => route.group !== LEGACY_GROUP || !current.has(keyOf(route)));
}

function keyOf({ kind, name }: RouteReference): string {
  return `${kind}/${name}`;
}
