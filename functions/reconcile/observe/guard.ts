/**
 * A last look before a child takes up a claim: cert-manager issues into any Secret that a Certificate names, also
 * into one that somebody bought.
 *
 * @module
 */
import type { ClaimGuard, Integration } from "../../integrations/integration.ts";
import type { Problem } from "../../problem.ts";
import type { Write } from "../plan/plan.ts";
import { type Result, settle } from "../result.ts";
import type { ReconcileContext } from "../route/context.ts";

const FREE: Result<null> = { ok: true, value: null };

/** Why the write must not happen; null where it may. Reads metadata, and only where a claim is newly taken up. */
export async function checkGuard(
  { client }: Pick<ReconcileContext, "client">,
  { claim }: Integration,
  namespace: string,
  step: Write,
): Promise<Result<Problem | null>> {
  if (claim === null || claim.guard === null || step.action === "delete") return FREE;
  const name = claim.of(step.child.spec);
  if (name === null || (step.action === "update" && claim.of(step.live.spec) === name)) return FREE;
  return askGuard(client, claim.guard, namespace, name);
}

/** Whether what is claimed is there already and stays somebody's own, so that there is no child to wait for. */
export async function isKept(
  { client }: Pick<ReconcileContext, "client">,
  { claim }: Integration,
  namespace: string,
  wanted: string,
): Promise<Result<boolean>> {
  if (claim === null || claim.guard === null) return { ok: true, value: false };
  const refused = await askGuard(client, claim.guard, namespace, wanted);
  return refused.ok ? { ok: true, value: refused.value !== null } : refused;
}

async function askGuard(
  client: ReconcileContext["client"],
  { resource, refuse }: ClaimGuard,
  namespace: string,
  name: string,
): Promise<Result<Problem | null>> {
  const object = await settle(client.getMetadata({ resource, namespace, name }));
  return object.ok ? { ok: true, value: refuse(object.value) } : object;
}
