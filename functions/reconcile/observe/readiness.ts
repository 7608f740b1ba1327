/**
 * Whether the children of the other integrations are ready, for an integration that waits for them.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import { KubernetesError } from "../../kubernetes/errors.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isReadyFor, type ReadinessSetting } from "../plan/readiness.ts";
import { childrenOf } from "./children.ts";
import { refusalOfOverwrite } from "./guard.ts";
import type { NamespaceView, Reads } from "./view.ts";

export type ReadinessContext = ReadinessSetting & {
  readonly client: Reads;
  readonly integrations: readonly Integration[];
};

/**
 * Whether an integration need not wait for the others' children of the route. Where one of them is kept from making a
 * child, for the shared resource that the route names is somebody's own, that counts as ready; where that cannot be
 * read, as not ready.
 */
export async function areOthersReady(
  context: ReadinessContext,
  view: NamespaceView,
  integration: Integration,
  description: RouteDescription | null,
): Promise<boolean> {
  if (!integration.waitsForOthers || description === null) return true;
  const others = context.integrations.filter((other) => other !== integration);
  const ready = await Promise.all(others.map((other) => isReady(context, view, other, description)));
  return ready.every(Boolean);
}

async function isReady(
  context: ReadinessContext,
  view: NamespaceView,
  integration: Integration,
  description: RouteDescription,
): Promise<boolean> {
  try {
    const children = await childrenOf(view, integration, description.route);
    if (isReadyFor(context, integration, description, children)) return true;
    const wanted = integration.sharedResource?.requestedBy(description) ?? null;
    if (wanted === null || children.some(({ spec }) => integration.sharedResource?.of(spec) === wanted))
      return false;
    const { namespace } = description.route;
    return (await refusalOfOverwrite(context.client, integration, namespace, wanted)) !== null;
  } catch (error) {
    if (error instanceof KubernetesError) return false;
    throw error;
  }
}
