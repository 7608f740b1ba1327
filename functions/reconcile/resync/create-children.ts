/**
 * Writes what a resync found missing, straight from the plan: a create-only apply can overwrite nothing. The lists are
 * old by then, so the resync takes a second look at everything once it has created something.
 *
 * @module
 */
import { type Applied, applyPlans } from "../apply/apply.ts";
import { reportError } from "../apply/error-report.ts";
import { CONFLICT, mergeRouteReports, type Report, reportProblems } from "../apply/report.ts";
import type { ReconcileContext } from "../route/context.ts";
import type { Creation, RouteNeed } from "./route-needs.ts";
import type { TakenResources } from "./taken-resources.ts";

export interface Created {
  /** Null where something stood in the way that only a look at the live objects can decide. */
  readonly report: Report | null;
  /** Whether anything was written; not in mode observe. */
  readonly hasWritten: boolean;
}

export async function createChildren(
  context: ReconcileContext,
  { description, creations, problems }: RouteNeed,
  takenResources: TakenResources,
): Promise<Created> {
  const { namespace } = description.route;
  const created = await Promise.all(
    creations.map((creation) => create(context, namespace, creation, takenResources)),
  );
  const hasWritten = created.some(({ written }) => written.length > 0);
  const report = mergeRouteReports([reportProblems(problems), ...created.map(({ report }) => report)]);
  if (report.conflict) return { report: null, hasWritten };
  await context.events.record(description, report.changes, report.problems);
  return { report, hasWritten };
}

async function create(
  context: ReconcileContext,
  namespace: string,
  creation: Creation,
  takenResources: TakenResources,
): Promise<Applied> {
  const { integration, plan } = creation;
  try {
    if (await takenResources.has(creation)) return { report: CONFLICT, written: [] };
  } catch (error) {
    return { report: reportError(error, integration.name), written: [] };
  }
  const applied = await applyPlans(context, integration, namespace, [plan], () => null);
  // Who waits for this child need wait no longer if it may not be made, which the lists do not show.
  const isAwaited = context.integrations.some(({ waitsForOthers }) => waitsForOthers);
  const { report } = applied;
  const isRefused = report.changes.length === 0 && report.problems.length > plan.problems.length;
  return isAwaited && isRefused ? { report: CONFLICT, written: [] } : applied;
}
