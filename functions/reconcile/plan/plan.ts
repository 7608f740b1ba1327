/**
 * From what is and what should be to the one write that is needed, if any. Pure.
 *
 * @module
 */

import type { OnOptOut } from "../../config/configuration.ts";
import type { Desired, DesiredChild, Integration, ObservedState } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { isCompletedByServer, isKnownToBe, withDigest } from "./child/applied.ts";
import { buildChild, type Placement } from "./child/child.ts";
import { differs } from "./child/diff.ts";
import { withHostsSince } from "./child/hosts-since.ts";
import { inTheWay } from "./in-the-way.ts";
import { isTaken, withObstacle } from "./matching.ts";
import type { DecidedNames } from "./names/decide-names.ts";
import { followedNames, withMarks } from "./names/name-marks.ts";
import { classifyOwnership, type Identity, LOOKUP, LOOKUP_LABEL, mayWrite } from "./ownership.ts";

export type Step =
  | { readonly action: "none" }
  | { readonly action: "create"; readonly child: KubernetesObject }
  | { readonly action: "update"; readonly child: KubernetesObject; readonly live: KubernetesObject }
  | { readonly action: "delete"; readonly live: KubernetesObject };

/** A step that writes. */
export type Write = Exclude<Step, { action: "none" }>;

export interface Plan {
  readonly step: Step;
  readonly problems: readonly Problem[];
  /** The routes whose text the step rests on. */
  readonly members: readonly RouteDescription[];
}

const NOTHING: Step = { action: "none" };

/** What plans need besides routes and children. */
export interface PlanSetting extends Identity {
  /** Whether a route that opts out keeps the child it has. */
  readonly onOptOut: OnOptOut;
  /** RFC 3339 */
  readonly now: string;
  readonly observedState: Pick<ObservedState, "dependencies" | "refuseName">;
  /** Whether the children that other integrations make for the route are there and ready. */
  isReady(description: RouteDescription): boolean;
}

export interface PlanInput {
  readonly integration: Integration;
  readonly description: RouteDescription;
  /** The object that has the child's name, whoever made it. */
  readonly live: KubernetesObject | null;
  /** The route is to have no child of this integration: opted out, another class. */
  readonly optedOut: boolean;
  /** Names that other routes have a say in; null where there are none. */
  readonly names?: DecidedNames | null;
}

/** Plans the child that a route has for itself, under the name that follows from the route's. */
export function planChild(
  { integration, description, live, optedOut, names = null }: PlanInput,
  setting: PlanSetting,
): Plan {
  if (optedOut && setting.onOptOut === "keep") return { step: NOTHING, problems: [], members: [] };
  const { instance, observedState } = setting;
  const ownership = live === null ? null : classifyOwnership(live, description.route, setting);
  const child = ownership !== null && mayWrite(ownership) ? live : null;
  const followed = {
    before: followedNames(child, description.route),
    now: names?.followed ?? NOTHING_FOLLOWED,
  };
  const alone = optedOut
    ? ABSENT
    : desiredState(integration, description, {
        ...observedState,
        othersReady: setting.isReady(description),
        child,
        followed,
      });
  const found = withLookup(integration, description, alone);
  const desired = names === null || found.kind !== "present" ? found : decided(found, names);
  const taken = live !== null && desired.kind === "present" && isTaken(integration, live, desired.spec);
  if (live !== null && child === null && !taken) {
    const refused =
      desired.kind === "present"
        ? [withObstacle(inTheWay(live, description.route, setting), integration, live, desired.spec)]
        : [];
    return { step: NOTHING, problems: [...desired.problems, ...refused], members: [description] };
  }
  const placement = { instance, owners: [description], name: integration.childName(description.route) };
  // What was never ours is not ours to delete.
  const removable = ownership === "ours" ? child : null;
  return {
    step: stepFor(integration, description, desired, live, removable, placement, setting.now),
    problems: desired.problems,
    members: [description],
  };
}

/** Whoever takes up a name looks for the children of those routes that may say where it points. */
function withLookup({ nameSharing }: Integration, description: RouteDescription, desired: Desired): Desired {
  if (desired.kind !== "present" || nameSharing?.ownsTarget(description) !== true) return desired;
  return { ...desired, labels: { ...desired.labels, [LOOKUP_LABEL]: LOOKUP } };
}

const NOTHING_FOLLOWED: DecidedNames["followed"] = new Map();

function decided(desired: DesiredChild, { marks, problems }: DecidedNames): DesiredChild {
  const marked = withMarks(desired, marks);
  return problems.length === 0 ? marked : { ...marked, problems: [...marked.problems, ...problems] };
}

export interface PlacedInput {
  readonly integration: Integration;
  readonly description: RouteDescription;
  /** The child as it is, which may be written; null where there is none. */
  readonly live: KubernetesObject | null;
  readonly placement: Placement;
}

/** Plans a child whose name and owners are given, whatever the route's own name says. */
export function planPlaced(
  { integration, description, live, placement }: PlacedInput,
  { observedState, isReady, now }: PlanSetting,
): Plan {
  const othersReady = placement.owners.every(isReady);
  const desired = desiredState(integration, description, { ...observedState, othersReady, child: live });
  return {
    step: stepFor(integration, description, desired, live, live, placement, now),
    problems: desired.problems,
    members: [description],
  };
}

const ABSENT: Desired = { kind: "absent", problems: [] };

function desiredState(
  integration: Integration,
  description: RouteDescription,
  observedState: ObservedState,
): Desired {
  if (description.undecidable) return { kind: "unchanged", problems: [] };
  return integration.desiredState(description, observedState);
}

function stepFor(
  integration: Integration,
  description: RouteDescription,
  desired: Desired,
  live: KubernetesObject | null,
  removable: KubernetesObject | null,
  placement: Placement,
  now: string,
): Step {
  if (live?.metadata.deletionTimestamp !== undefined) return NOTHING;
  if (desired.kind === "unchanged") return NOTHING;
  if (desired.kind === "absent") return removable === null ? NOTHING : { action: "delete", live: removable };
  const bare = buildChild(integration, description, desired, placement);
  const built = withHostsSince(bare, live, integration.names, now);
  if (live !== null && isKnownToBe(built, live)) return NOTHING;
  const child = withDigest(built);
  if (live === null) return { action: "create", child };
  if (!differs(child, live) || isCompletedByServer(child, live)) return NOTHING;
  return { action: "update", child, live };
}

/** What the step makes a child acquire that it did not have before; null where nothing. */
export function acquiredResource(
  { sharedResource }: Pick<Integration, "sharedResource">,
  step: Write,
): string | null {
  if (sharedResource === null || step.action === "delete") return null;
  const wanted = sharedResource.of(step.child.spec);
  return step.action === "update" && sharedResource.of(step.live.spec) === wanted ? null : wanted;
}
