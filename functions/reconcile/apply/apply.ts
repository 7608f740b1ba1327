/**
 * Executes a plan for one route: guard, write, report, one step after the other. Each decision of this kind stands
 * here once, for events and resyncs.
 *
 * @module
 */
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { refusalOfWrite } from "../observe/guard.ts";
import type { Reads } from "../observe/view.ts";
import type { Plan, Write } from "../plan/plan.ts";
import { reportError } from "./error-report.ts";
import type { Execute } from "./execute.ts";
import { mergeReports, type Report, reportChange, reportProblems } from "./report.ts";

/** A child that was made or changed; in mode observe there is none. */
export interface Written {
  readonly integration: Integration;
  readonly plan: Plan;
  readonly step: Exclude<Write, { action: "delete" }>;
  /** As the API server answered. */
  readonly object: KubernetesObject;
}

export interface Applied {
  readonly report: Report;
  readonly written: readonly Written[];
}

export interface ApplyContext {
  readonly client: Reads;
  readonly execute: Execute;
}

/** Writes what the plans say, in their order: what takes over a shared resource comes before what gives it up. */
export async function applyPlans(
  context: ApplyContext,
  integration: Integration,
  namespace: string,
  plans: readonly Plan[],
  /** What is reported instead of a plan that must not be executed now; null where it may. */
  blockedReport: (plan: Plan) => Report | null,
): Promise<Applied> {
  const reports: Report[] = [];
  const written: Written[] = [];
  for (const plan of plans) {
    const { step, problems } = plan;
    const blocked = blockedReport(plan);
    reports.push(blocked ?? reportProblems(problems));
    if (blocked !== null || step.action === "none") continue;
    try {
      const refused = await refusalOfWrite(context.client, integration, namespace, step);
      if (refused !== null) {
        reports.push(reportProblems([refused]));
        continue;
      }
      const object = await context.execute(integration.resource, namespace, step);
      if (object !== null && step.action !== "delete") written.push({ integration, plan, step, object });
      reports.push(reportChange(integration.resource, step));
    } catch (error) {
      const report = reportError(error, integration.name);
      reports.push(report);
      // What follows was planned on what this step was to leave.
      if (report.conflict || report.retry !== null) break;
    }
  }
  return { report: mergeReports(reports), written };
}
