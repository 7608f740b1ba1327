/**
 * What only one child of a namespace may have (a Certificate's Secret): asked before a write that newly claims it.
 *
 * @module
 */
import type { Integration } from "../integrations/integration.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Problem } from "../problem.ts";
import { type Consequence, consequenceOf } from "./consequence.ts";
import { listNamespace } from "./observe.ts";
import type { Step } from "./plan.ts";
import { type Result, settle } from "./result.ts";

export type ClaimCheck =
  | { readonly kind: "free" }
  | { readonly kind: "taken"; readonly problem: Problem }
  | { readonly kind: "unknown"; readonly consequence: Consequence };

const FREE: ClaimCheck = { kind: "free" };

/** Whether the step may go ahead. Lists the namespace only where the step claims something and nobody read ahead. */
export async function checkClaim(
  client: KubernetesClient,
  integration: Integration,
  route: { readonly namespace: string },
  step: Step,
  siblings: Promise<Result<readonly KubernetesObject[]>> | null,
): Promise<ClaimCheck> {
  if (step.action === "none" || step.action === "delete" || step.claims === null) return FREE;
  const result = await (siblings ?? settle(listNamespace(client, integration.resource, route.namespace)));
  if (!result.ok) return { kind: "unknown", consequence: consequenceOf(result.error, integration.name) };
  const holder = holderOf(integration, step.claims, step.child.metadata.name, result.value);
  return holder === null ? FREE : { kind: "taken", problem: taken(integration, step.claims, holder) };
}

/** Name of another object that has the claim already; null where it is free. */
export function holderOf(
  integration: Integration,
  claim: string,
  childName: string,
  siblings: readonly KubernetesObject[],
): string | null {
  const holder = siblings.find(
    ({ metadata, spec }) => metadata.name !== childName && integration.claim?.of(spec) === claim,
  );
  return holder?.metadata.name ?? null;
}

function taken(integration: Integration, claim: string, holder: string): Problem {
  if (integration.claim === null) throw new TypeError(`${integration.name} claims nothing`);
  return integration.claim.taken(claim, holder);
}
