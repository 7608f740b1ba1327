/**
 * Whether an integration's child for a route has done its work, for those that wait for it.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { covers } from "../../integrations/names.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isKept } from "../observe/guard.ts";
import type { Observation } from "../observe/view.ts";
import type { ReconcileContext } from "../route/context.ts";
import { mayHaveChild } from "./members.ts";
import { isOfInstance, isOwnedBy } from "./ownership.ts";

/** True too where the integration makes no child for the route, or none that can be waited for. */
export function isReadyFor(
  { selector, instance }: Pick<ReconcileContext, "selector" | "instance">,
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

/**
 * Whether an integration need not wait for the others' children of the route. Where one of them is kept from making a
 * child, for what the route claims is somebody's own, that counts as ready; where that cannot be read, as not ready.
 */
export async function areOthersReady(
  context: ReconcileContext,
  integration: Integration,
  description: RouteDescription | null,
  { children }: Pick<Observation, "children">,
): Promise<boolean> {
  if (!integration.waitsForOthers || description === null) return true;
  const others = [...children].filter(([other]) => other !== integration);
  const ready = await Promise.all(
    others.map(async ([other, { live, listed }]) => {
      const found = [
        ...(live.ok && live.value !== null ? [live.value] : []),
        ...(listed.ok ? listed.value : []),
      ];
      if (isReadyFor(context, other, description, found)) return true;
      const wanted = other.claim?.wantedBy(description) ?? null;
      if (wanted === null || found.some(({ spec }) => other.claim?.of(spec) === wanted)) return false;
      const kept = await isKept(context, other, description.route.namespace, wanted);
      return kept.ok && kept.value;
    }),
  );
  return ready.every(Boolean);
}
