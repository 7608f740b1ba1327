/**
 * One log line for a route that was reconciled.
 *
 * @module
 */
import type { Logger } from "../../log.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { Report } from "../apply/report.ts";

/** Says what changed and what is wrong; a route that needed nothing is reported at level debug only. */
export function logRoute(log: Logger, route: RouteReference, report: Report): void {
  const fields = { route, changes: report.changes, problems: report.problems };
  if (report.retry !== null) log.warn({ ...fields, retry: report.retry.why }, "route to be tried again");
  else if (report.problems.some(({ note }) => note !== true))
    log.warn(fields, "route reconciled with problems");
  else if (report.changes.length > 0) log.info(fields, "route reconciled");
  else log.debug(fields, "route needs nothing");
}
