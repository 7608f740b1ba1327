/**
 * From what is and what should be to the one write that is needed, if any. Pure.
 *
 * @module
 */
import type { Desired, Facts, Integration } from "../integrations/integration.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Problem } from "../problem.ts";
import type { RouteDescription } from "../traefik/route-description.ts";
import { buildChild } from "./child.ts";
import { differs } from "./diff.ts";
import { judge, type Ownership } from "./ownership.ts";

/** `claims`: what the write would newly claim in its namespace; the caller must know it free before writing. */
export type Step =
  | { readonly action: "none" }
  | { readonly action: "create"; readonly child: KubernetesObject; readonly claims: string | null }
  | {
      readonly action: "update";
      readonly child: KubernetesObject;
      readonly live: KubernetesObject;
      readonly claims: string | null;
    }
  | { readonly action: "delete"; readonly live: KubernetesObject };

export interface Plan {
  readonly step: Step;
  readonly problems: readonly Problem[];
}

export interface PlanInput {
  readonly integration: Integration;
  readonly description: RouteDescription;
  /** The object that has the child's name, whoever made it. */
  readonly live: KubernetesObject | null;
  readonly dependencies: Facts["dependencies"];
  readonly instance: string;
  /** The route is to have no child of this integration: opted out, another class. */
  readonly optedOut: boolean;
}

const NOTHING: Step = { action: "none" };

export function planChild(input: PlanInput): Plan {
  const { integration, description, live, instance } = input;
  const ownership = live === null ? null : judge(live, description.route, instance);
  const child = ownership === "ours" ? live : null;
  const desired = desire(input, child);
  if (live !== null && ownership !== null && ownership !== "ours") {
    const refused = desired.kind === "present" ? [notOurs(live, ownership)] : [];
    return { step: NOTHING, problems: [...desired.problems, ...refused] };
  }
  return { step: stepFor(integration, description, desired, child, instance), problems: desired.problems };
}

function desire(
  { integration, description, dependencies, optedOut }: PlanInput,
  child: KubernetesObject | null,
): Desired {
  return optedOut
    ? { kind: "absent", problems: [] }
    : integration.desire(description, { child, dependencies });
}

function stepFor(
  integration: Integration,
  description: RouteDescription,
  desired: Desired,
  live: KubernetesObject | null,
  instance: string,
): Step {
  if (live?.metadata.deletionTimestamp !== undefined) return NOTHING;
  if (desired.kind === "unchanged") return NOTHING;
  if (desired.kind === "absent") return live === null ? NOTHING : { action: "delete", live };
  const child = buildChild(integration, description, desired, instance);
  const claims = integration.claim?.of(child.spec) ?? null;
  if (live === null) return { action: "create", child, claims };
  if (!differs(child, live)) return NOTHING;
  const claimed = integration.claim?.of(live.spec) ?? null;
  return { action: "update", child, live, claims: claims === claimed ? null : claims };
}

function notOurs(live: KubernetesObject, ownership: Exclude<Ownership, "ours">): Problem {
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
          "Rename the route, or delete that object.",
        field: null,
      };
}
