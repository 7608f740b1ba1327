/**
 * Writes what a census found missing, straight from the plan: a create-only apply can overwrite nothing, so the
 * lists' age does no harm.
 *
 * @module
 */
import type { RouteDescription } from "../../traefik/route-description.ts";
import { applyStep } from "../apply.ts";
import { consequenceOf } from "../consequence.ts";
import type { ReconcileContext } from "../context.ts";
import { mergeReports, NOTHING_TO_DO, type Report } from "../report.ts";
import { settle } from "../result.ts";
import { changeOf, type Effect, effectOf } from "../route.ts";
import type { Creation, RouteNeed } from "./census.ts";
import type { ClaimLedger } from "./claim-ledger.ts";

/** Null where something stood in the way that only a look at the live objects can tell. */
export async function createChildren(
  context: ReconcileContext,
  need: RouteNeed,
  ledger: ClaimLedger,
): Promise<Report | null> {
  const { description, creations, problems } = need;
  const effects = await Promise.all(
    creations.map((creation) => createChild(context, description, creation, ledger)),
  );
  const report = mergeReports([{ ...NOTHING_TO_DO, problems }, ...effects]);
  if (effects.some(({ raced }) => raced)) return null;
  await context.events.record(description, report.changes, report.problems);
  return report;
}

async function createChild(
  context: ReconcileContext,
  description: RouteDescription,
  creation: Creation,
  ledger: ClaimLedger,
): Promise<Effect> {
  const { integration, step } = creation;
  const claim = await ledger.take(creation);
  if (claim.kind === "taken") return { ...NOTHING_TO_DO, problems: [claim.problem], raced: false };
  if (claim.kind === "unknown") return effectOf(claim.consequence);
  const written = await settle(
    applyStep(context.client, integration.resource, description.route.namespace, step),
  );
  if (!written.ok) return effectOf(consequenceOf(written.error, integration.name));
  return { ...NOTHING_TO_DO, changes: [changeOf(integration, step)], raced: false };
}
