/**
 * A last look before a child takes up a claim: cert-manager issues into any Secret that a Certificate names, also
 * into one that somebody bought.
 *
 * @module
 */
import type { ClaimedObject, Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { isObjectName } from "../../schema/object-names.ts";
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
  integration: Integration,
  namespace: string,
  name: string,
): Promise<Problem | null> {
  const guard = integration.claim?.guard ?? null;
  if (guard === null) return null;
  const { object, maker } = await readClaimed(client, integration, guard, namespace, name);
  return guard.refuse(object, maker);
}

export interface Claimed {
  /** Null where what is claimed does not exist. */
  readonly object: KubernetesObject | null;
  /** The integration's object that it says it was made for; null where that does not exist, or need not be looked at. */
  readonly maker: KubernetesObject | null;
}

/** @throws KubernetesError */
export async function readClaimed(
  client: Pick<Reads, "get" | "getMetadata">,
  { resource }: Pick<Integration, "resource">,
  claimed: ClaimedObject,
  namespace: string,
  name: string,
): Promise<Claimed> {
  const object = await client.getMetadata({ resource: claimed.resource, namespace, name });
  const maker = object === null ? null : claimed.madeFor(object);
  // The name stands in an annotation, so it may be any text.
  if (maker === null || !isObjectName(maker)) return { object, maker: null };
  return { object, maker: await client.get({ resource, namespace, name: maker }) };
}
