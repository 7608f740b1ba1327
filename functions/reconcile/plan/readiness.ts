/**
 * Whether an integration's child for a route has done its work, for those that wait for it. Pure.
 *
 * @module
 */
import type { Integration, ObservedState, SharedResource } from "../../integrations/integration.ts";
import { covers } from "../../integrations/names.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { mayHaveChild } from "./members.ts";
import type { Selector } from "./opt-out.ts";
import { type Identity, isOfInstance, isOwnedBy } from "./ownership.ts";

export interface ReadinessSetting extends Identity {
  readonly selector: Selector;
}

/**
 * True too where the integration makes no child for the route, or none that can be waited for. One that itself waits is
 * never waited for: two of them would wait for each other.
 */
export function isReadyFor(
  setting: ReadinessSetting,
  integration: Integration,
  description: RouteDescription,
  children: readonly KubernetesObject[],
): boolean {
  const { isReady } = integration;
  if (isReady === null || integration.waitsForOthers) return true;
  if (!mayHaveChild(description, setting.selector, integration.name)) return true;
  const isWanted =
    integration.sharedResource === null
      ? wantedChild(integration, description)
      : wantedHolder(integration.sharedResource, description);
  if (isWanted === null) return true;
  return children.some(
    (child) =>
      isOfInstance(child, setting) &&
      isOwnedBy(child, description.route) &&
      isWanted(child, integration.names(child.spec)) &&
      isReady(child),
  );
}

/** Whether a child has all that the route wants of it: what is not on it yet must wait for what will be. */
type IsWanted = (child: KubernetesObject, names: readonly string[]) => boolean;

/** Null: none is wanted. */
function wantedHolder(sharedResource: SharedResource, description: RouteDescription): IsWanted | null {
  const wanted = sharedResource.requestedBy(description);
  if (wanted === null) return null;
  const { hosts } = sharedResource.merge([description]);
  return ({ spec }, names) =>
    sharedResource.of(spec) === wanted && hosts.every((host) => covers(names, host));
}

/** What an integration without a claim wants is known only by asking it; its dependencies have no say in that. */
function wantedChild(integration: Integration, description: RouteDescription): IsWanted | null {
  const desired = integration.desiredState(description, NOTHING_OBSERVED);
  if (desired.kind === "absent") return null;
  const wanted = desired.kind === "present" ? integration.names(desired.spec) : [];
  return (_, names) => wanted.every((name) => covers(names, name));
}

const NOTHING_OBSERVED: ObservedState = {
  child: null,
  dependencies: new Map(),
  refuseName: () => null,
  othersReady: true,
};
