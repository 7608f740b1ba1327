/**
 * A last look before a child takes up a claim: cert-manager issues into any Secret that a Certificate names, also
 * into one that somebody bought.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { Problem } from "../../problem.ts";
import { takenUp, type Write } from "../plan/plan.ts";
import type { Reads } from "./view.ts";

/**
 * Why the write must not happen; null where it may. Reads metadata, and only where a claim is newly taken up.
 *
 * @throws KubernetesError that cannot be read
 */
export async function refusalOfWrite(
  client: Reads,
  integration: Integration,
  namespace: string,
  step: Write,
): Promise<Problem | null> {
  const claim = takenUp(integration, step);
  return claim === null ? null : refusalOfClaim(client, integration, namespace, claim);
}

/** Why what is claimed is there already and stays somebody's own; null where it does not. */
export async function refusalOfClaim(
  client: Reads,
  { claim }: Integration,
  namespace: string,
  name: string,
): Promise<Problem | null> {
  if (claim === null || claim.guard === null) return null;
  const { resource, refuse } = claim.guard;
  return refuse(await client.getMetadata({ resource, namespace, name }));
}
