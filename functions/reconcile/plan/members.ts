/**
 * Which routes have a part in an integration's children.
 *
 * @module
 */
import type { OnOptOut } from "../../config/configuration.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isIgnored, isSelected, type Selector } from "./opt-out.ts";

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

/** Whether what the route has stays as it is: nobody can say what it names, or it has opted out and keeps. */
export function keepsChild(
  { selector, onOptOut }: Eligibility,
  description: RouteDescription,
  integration: string,
): boolean {
  return mayHaveChild(description, selector, integration) ? description.undecidable : onOptOut === "keep";
}
