/**
 * What may follow from lists that are behind, while the route and the children that it has or claims were read live.
 * A write that only adds may: it is pinned to what was seen, and whoever made it looks again afterwards, at a list of
 * the version of that very write. That nothing is to be done may, where the route is seen to have what it claims.
 * All else waits for lists that are not behind. Pure.
 *
 * @module
 */

import type { Integration } from "../../integrations/integration.ts";
import { isLiving, type KubernetesObject } from "../../kubernetes/objects.ts";
import { mayHaveChild } from "./members.ts";
import { isSharing, type SharingIntegration } from "./namespace-index.ts";
import type { Selector } from "./opt-out.ts";
import { isOwnedBy } from "./ownership.ts";
import type { Plan, Step } from "./plan.ts";
import type { Subject } from "./planner.ts";

/** What was planned, and from what. */
export interface PlannedFrom {
  readonly plans: readonly Plan[];
  /** What the plans were made from. */
  readonly children: readonly KubernetesObject[];
  /** Whether all objects of the kind were listed, and not only those of a label. */
  readonly usedLists: boolean;
  /** The spec of the route has never been another. */
  readonly isUnchanged: boolean;
}

export function mayFollow(
  integration: Integration,
  { route, description }: Subject,
  { plans, children, usedLists, isUnchanged }: PlannedFrom,
  selector: Selector,
): boolean {
  // Without shared children everything was read live.
  if (!isSharing(integration)) return true;
  if (description === null) return false;
  const eligible = mayHaveChild(description, selector, integration.name);
  const wanted = eligible ? integration.sharedResource.requestedBy(description) : null;
  // It may have had a share of a child that the list does not show yet.
  if (wanted === null) return eligible && isUnchanged && description.tls === null && !usedLists;
  if (plans.some(({ step }) => step.action === "delete")) return false;
  if (!usedLists) return true;
  const writes = plans.filter(({ step }) => step.action !== "none");
  if (writes.length > 0) return writes.every(({ step }) => onlyAdds(integration, step));
  const hasIt = children.some(
    (child) =>
      isLiving(child) && isOwnedBy(child, route) && integration.sharedResource.of(child.spec) === wanted,
  );
  return hasIt && plans.every(({ problems }) => problems.length === 0);
}

/** Whether all owners, all names and the claim of the child stay. Of what nobody owns yet, others may be as good. */
function onlyAdds({ sharedResource, names }: SharingIntegration, step: Step): boolean {
  if (step.action === "create") return true;
  if (step.action !== "update") return false;
  const { child, live } = step;
  if ((live.metadata.ownerReferences ?? []).length === 0) return false;
  const owners = new Set(child.metadata.ownerReferences?.map(({ uid }) => uid));
  const named = new Set(names(child.spec));
  return (
    sharedResource.of(child.spec) === sharedResource.of(live.spec) &&
    (live.metadata.ownerReferences ?? []).every(({ uid }) => owners.has(uid)) &&
    names(live.spec).every((name) => named.has(name))
  );
}
