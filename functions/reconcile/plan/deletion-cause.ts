/**
 * Why a child is to go: because of what its route says, or because of what the installation is set to. A mistake in
 * the configuration concerns every route at once, so what it removes has to be counted before anything goes. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem, ProblemReason } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isIgnored, isSelected, type Selector } from "./opt-out.ts";
import { owningRoutes } from "./ownership.ts";

/** Hosts that the configuration, or another namespace, takes away. */
const REFUSALS: readonly ProblemReason[] = ["HostNotAllowed", "HostClaimed"];

export interface DueDeletion {
  readonly integration: Integration;
  /** Null where the route is gone. */
  readonly description: RouteDescription | null;
  readonly child: KubernetesObject;
  /** What the plan says besides. */
  readonly problems: readonly Problem[];
}

/**
 * Whether the deletion may come of the configuration. What is not plainly the route's own doing may: then it costs a
 * resync that counts, and a mistake costs no child.
 */
export function mayBeConfigured(
  { integration, description, child, problems }: DueDeletion,
  selector: Selector,
): boolean {
  // Routes that share a child are each other's business: why the others want it no more, this route does not show.
  if (owningRoutes(child).length > 1) return true;
  if (description === null) return false;
  if (integration.removesAll === true) return true;
  if (isIgnored(description, integration.name)) return false;
  if (!isSelected(description, selector)) return true;
  if (integration.isRefusedBySettings?.(description) === true) return true;
  return [...description.problems, ...problems].some(({ reason }) => REFUSALS.includes(reason));
}
