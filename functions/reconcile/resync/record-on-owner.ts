/**
 * Records on the route that owns a child what became of the child, where the route itself need not be looked at.
 *
 * @module
 */
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { Change } from "../apply/report.ts";
import { owningRoutes } from "../plan/ownership.ts";
import type { ReconcileContext } from "../route/context.ts";

export async function recordOnOwner(
  { events }: Pick<ReconcileContext, "events">,
  child: KubernetesObject,
  changes: readonly Change[],
  problems: readonly Problem[],
): Promise<void> {
  const [route] = owningRoutes(child);
  const owner = child.metadata.ownerReferences?.find(
    ({ kind, name }) => kind === route?.kind && name === route.name,
  );
  if (route === undefined || owner === undefined) return;
  await events.record({ route, uid: owner.uid }, changes, problems);
}
