/**
 * Writes what a census found missing, straight from the plan: a create-only apply can overwrite nothing, so the
 * lists' age does no harm.
 *
 * @module
 */

import type { Report } from "../apply/report.ts";
import { CALM, changeEffect, combine, type Effect, effectOf, problemEffect } from "../effect.ts";
import { checkGuard } from "../observe/guard.ts";
import { settle } from "../result.ts";
import type { ReconcileContext } from "../route/context.ts";
import type { HeldClaims } from "./held-claims.ts";
import type { Creation, RouteNeed } from "./route-needs.ts";

/** Null where something stood in the way that only a look at the live objects can tell. */
export async function createChildren(
  context: ReconcileContext,
  { description, creations, problems }: RouteNeed,
  claims: HeldClaims,
): Promise<Report | null> {
  const { namespace } = description.route;
  const created = await Promise.all(
    creations.map((creation) => create(context, namespace, creation, claims)),
  );
  const effect = combine([problemEffect(problems), ...created]);
  if (effect.raced) return null;
  await context.events.record(description, effect.changes, effect.problems);
  return effect;
}

async function create(
  context: ReconcileContext,
  namespace: string,
  creation: Creation,
  claims: HeldClaims,
): Promise<Effect> {
  const { integration, step } = creation;
  const held = await claims.has(creation);
  if (!held.ok) return effectOf(held.error, integration.name);
  if (held.value) return { ...CALM, raced: true };
  const refused = await checkGuard(context, integration, namespace, step);
  if (!refused.ok) return effectOf(refused.error, integration.name);
  if (refused.value !== null) {
    // Who waits for this child need wait no longer, which the lists do not show.
    const isAwaited = context.integrations.some(({ waitsForOthers }) => waitsForOthers);
    return isAwaited ? { ...CALM, raced: true } : problemEffect([refused.value]);
  }
  const written = await settle(context.execute(integration.resource, namespace, step));
  return written.ok ? changeEffect(integration, step) : effectOf(written.error, integration.name);
}
