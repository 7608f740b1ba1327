/**
 * A last look before a child takes up a claim: cert-manager issues into any Secret that a Certificate names, also
 * into one that somebody bought.
 *
 * @module
 */
import type { ClaimedObject, ClaimGuard, Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isObjectName } from "../../kubernetes/paths.ts";
import type { Problem } from "../../problem.ts";
import type { Write } from "../plan/plan.ts";
import { type Result, settle } from "../result.ts";
import type { ReconcileContext } from "../route/context.ts";

const FREE: Result<null> = { ok: true, value: null };

/** Why the write must not happen; null where it may. Reads metadata, and only where a claim is newly taken up. */
export async function checkGuard(
  { client }: Pick<ReconcileContext, "client">,
  integration: Integration,
  namespace: string,
  step: Write,
): Promise<Result<Problem | null>> {
  const { claim } = integration;
  if (claim === null || claim.guard === null || step.action === "delete") return FREE;
  const name = claim.of(step.child.spec);
  if (name === null || (step.action === "update" && claim.of(step.live.spec) === name)) return FREE;
  return askGuard(client, integration, claim.guard, namespace, name);
}

/** Whether what is claimed is there already and stays somebody's own, so that there is no child to wait for. */
export async function isKept(
  { client }: Pick<ReconcileContext, "client">,
  integration: Integration,
  namespace: string,
  wanted: string,
): Promise<Result<boolean>> {
  const { claim } = integration;
  if (claim === null || claim.guard === null) return { ok: true, value: false };
  const refused = await askGuard(client, integration, claim.guard, namespace, wanted);
  return refused.ok ? { ok: true, value: refused.value !== null } : refused;
}

async function askGuard(
  client: ReconcileContext["client"],
  integration: Integration,
  guard: ClaimGuard,
  namespace: string,
  name: string,
): Promise<Result<Problem | null>> {
  const read = await settle(readClaimed(client, integration, guard, namespace, name));
  return read.ok ? { ok: true, value: guard.refuse(read.value.object, read.value.maker) } : read;
}

export interface Claimed {
  /** Null where what is claimed does not exist. */
  readonly object: KubernetesObject | null;
  /** The integration's object that it says it was made for; null where that does not exist, or need not be looked at. */
  readonly maker: KubernetesObject | null;
}

/** @throws KubernetesError */
export async function readClaimed(
  client: Pick<KubernetesClient, "get" | "getMetadata">,
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
