/**
 * A last look before a child acquires a shared resource: cert-manager issues into any Secret that a Certificate names,
 * also into one that somebody bought.
 *
 * @module
 */
import type { Integration, SharedObject } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Problem } from "../../problem.ts";
import { isObjectName } from "../../schema/object-names.ts";
import { acquiredResource, type Write } from "../plan/plan.ts";
import type { Reads } from "./view.ts";

/**
 * Why the write must not happen; null where it may. Reads metadata, and only where a shared resource is newly acquired.
 *
 * @throws KubernetesError that cannot be read
 */
export async function refusalOfWrite(
  client: Reads,
  integration: Integration,
  namespace: string,
  step: Write,
): Promise<Problem | null> {
  const sharedResource = acquiredResource(integration, step);
  return sharedResource === null ? null : refusalOfOverwrite(client, integration, namespace, sharedResource);
}

/** Why the shared resource is there already and stays somebody's own; null where it does not. */
export async function refusalOfOverwrite(
  client: Reads,
  integration: Integration,
  namespace: string,
  name: string,
): Promise<Problem | null> {
  const guard = integration.sharedResource?.guard ?? null;
  if (guard === null) return null;
  const { object, maker } = await readSharedObject(client, integration, guard, namespace, name);
  return guard.refuse(object, maker);
}

export interface SharedObjectState {
  /** Null where the shared resource does not exist. */
  readonly object: KubernetesObject | null;
  /** The integration's object that it says it was made for; null where that does not exist, or need not be looked at. */
  readonly maker: KubernetesObject | null;
}

/** @throws KubernetesError */
export async function readSharedObject(
  client: Pick<Reads, "get" | "getMetadata">,
  { resource }: Pick<Integration, "resource">,
  sharedObject: SharedObject,
  namespace: string,
  name: string,
): Promise<SharedObjectState> {
  const object = await client.getMetadata({ resource: sharedObject.resource, namespace, name });
  const maker = object === null ? null : sharedObject.madeFor(object);
  // The name stands in an annotation, so it may be any text.
  if (maker === null || !isObjectName(maker)) return { object, maker: null };
  return { object, maker: await client.get({ resource, namespace, name: maker }) };
}
