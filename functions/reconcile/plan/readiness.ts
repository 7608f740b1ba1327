/**
 * Whether an integration's child for a route has done its work, for those that wait for it. Pure.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { covers } from "../../integrations/names.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { mayHaveChild } from "./members.ts";
import type { Selector } from "./opt-out.ts";
import { isOfInstance, isOwnedBy } from "./ownership.ts";

export interface ReadinessSetting {
  readonly selector: Selector;
  readonly instance: string;
}

/** True too where the integration makes no child for the route, or none that can be waited for. */
export function isReadyFor(
  { selector, instance }: ReadinessSetting,
  integration: Integration,
  description: RouteDescription,
  children: readonly KubernetesObject[],
): boolean {
  const { isReady, claim } = integration;
  const wanted = claim?.wantedBy(description) ?? null;
  if (isReady === null || claim === null || wanted === null) return true;
  if (!mayHaveChild(description, selector, integration.name)) return true;
  const names = claim.merge([description]).hosts;
  return children.some(
    (child) =>
      isOfInstance(child, instance) &&
      isOwnedBy(child, description.route) &&
      claim.of(child.spec) === wanted &&
      // A host that is not on it yet must wait for what will be.
      names.every((name) => covers(integration.names(child.spec), name)) &&
      isReady(child),
  );
}
