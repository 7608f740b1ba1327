/**
 * From what is and what should be to the one write that is needed, if any. Pure.
 *
 * @module
 */
import type { Desired, Facts, Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import type { RouteDescription } from "../../traefik/route-description.ts";
import { shown } from "../../traefik/rule-error.ts";
import { isKnownToBe, withDigest } from "./applied.ts";
import { buildChild, type Placement } from "./child.ts";
import { differs } from "./diff.ts";
import type { OnOptOut } from "./opt-out.ts";
import { ADOPT_ANNOTATION, judge, mayWrite, type Ownership } from "./ownership.ts";

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
}

const NOTHING: Step = { action: "none" };

/** What plans need besides routes and children. */
export interface PlanSetting {
  readonly instance: string;
  /** Whether a route that opts out keeps the child it has. */
  readonly onOptOut: OnOptOut;
  readonly facts: Omit<Facts, "child">;
}

export interface PlanInput {
  readonly integration: Integration;
  readonly description: RouteDescription;
  /** The object that has the child's name, whoever made it. */
  readonly live: KubernetesObject | null;
  /** The route is to have no child of this integration: opted out, another class. */
  readonly optedOut: boolean;
}

/** Plans the child that a route has for itself, under the name that follows from the route's. */
export function planChild(
  { integration, description, live, optedOut }: PlanInput,
  setting: PlanSetting,
): Plan {
  if (optedOut && setting.onOptOut === "keep") return { step: NOTHING, problems: [] };
  const { instance, facts } = setting;
  const ownership = live === null ? null : judge(live, description.route, instance);
  const child = ownership !== null && mayWrite(ownership) ? live : null;
  const desired = optedOut ? ABSENT : desire(integration, description, { ...facts, child });
  if (live !== null && ownership !== null && !mayWrite(ownership)) {
    const refused = desired.kind === "present" ? [notOurs(live, ownership)] : [];
    return { step: NOTHING, problems: [...desired.problems, ...refused] };
  }
  const placement = { instance, owners: [description], name: integration.childName(description.route) };
  // What was never ours is not ours to delete.
  const removable = ownership === "ours" ? child : null;
  return {
    step: stepFor(integration, description, desired, child, removable, placement),
    problems: desired.problems,
  };
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
  { facts }: PlanSetting,
): Plan {
  const desired = desire(integration, description, { ...facts, child: live });
  return {
    step: stepFor(integration, description, desired, live, live, placement),
    problems: desired.problems,
  };
}

const ABSENT: Desired = { kind: "absent", problems: [] };

function desire(integration: Integration, description: RouteDescription, facts: Facts): Desired {
  if (description.undecidable) return { kind: "unchanged", problems: [] };
  return integration.desire(description, facts);
}

function stepFor(
  integration: Integration,
  description: RouteDescription,
  desired: Desired,
  live: KubernetesObject | null,
  removable: KubernetesObject | null,
  placement: Placement,
): Step {
  if (live?.metadata.deletionTimestamp !== undefined) return NOTHING;
  if (desired.kind === "unchanged") return NOTHING;
  if (desired.kind === "absent") return removable === null ? NOTHING : { action: "delete", live: removable };
  const built = buildChild(integration, description, desired, placement);
  if (live !== null && isKnownToBe(built, live)) return NOTHING;
  const child = withDigest(built);
  if (live === null) return { action: "create", child };
  return differs(child, live) ? { action: "update", child, live } : NOTHING;
}

/** What the user is told about an object in the way. */
export function notOurs(live: KubernetesObject, ownership: Ownership): Problem {
  const object = `${live.kind} ${live.metadata.name}`;
  return ownership === "released"
    ? {
        reason: "Released",
        message:
          `${object} was made by this installation, but its label or owner was taken away: it is left alone. ` +
          "Delete it and it is made anew, or leave it as yours.",
        field: null,
      }
    : {
        reason: "NotOurs",
        message:
          `${object} exists and was not made by this installation for this route: it is left alone. ` +
          adoptText(live) +
          `Rename the route, delete that object, or hand it over with the annotation ${ADOPT_ANNOTATION}: "true".`,
        field: null,
      };
}

/** Its owner meant to hand it over, and wrote something else than the one word for that. */
function adoptText({ metadata }: KubernetesObject): string {
  const adopt = metadata.annotations?.[ADOPT_ANNOTATION];
  return adopt === undefined || adopt === "true" || adopt === "false"
    ? ""
    : `Its annotation says ${shown(adopt)}, which is not known: only "true" hands it over. `;
}
