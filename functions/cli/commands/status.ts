/**
 * `status`: how the routes of a cluster are doing.
 *
 * @module
 */
import type { ClusterOptions } from "../cluster/cluster.ts";
import { noteText } from "../cluster/problem-text.ts";
import { orphans, routeStatuses } from "../cluster/route-status.ts";
import { takeSnapshot } from "../cluster/snapshot.ts";
import { statusJson } from "../output/status-json.ts";
import { statusText } from "../output/status-text.ts";
import { painter } from "../terminal/colour.ts";
import { EXIT, type ExitCode, type Terminal } from "../terminal/terminal.ts";

export interface StatusOptions extends ClusterOptions {
  readonly output: "text" | "wide" | "json";
}

export async function status(options: StatusOptions, terminal: Terminal): Promise<ExitCode> {
  const snapshot = await takeSnapshot(options, terminal);
  const routes = await routeStatuses(snapshot);
  snapshot.endProgress();
  const { server, instance, configurationFrom, reader, run } = snapshot;
  const failures = [...reader.failures];
  if (run.incomplete !== null && failures.length === 0) failures.push(run.incomplete);
  const report = {
    server,
    instance,
    configurationFrom,
    routes,
    orphans: orphans(snapshot),
    notes: [...snapshot.notes(), ...run.notes.map(noteText)],
    failures,
  };
  terminal.out(
    options.output === "json"
      ? `${JSON.stringify(statusJson(report), null, 2)}\n`
      : statusText(report, { wide: options.output === "wide", paint: painter(terminal) }),
  );
  const isFine = failures.length === 0 && report.orphans.length === 0 && routes.every(({ wrong }) => !wrong);
  return isFine ? EXIT.fine : EXIT.problems;
}
