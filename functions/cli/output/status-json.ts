/**
 * What `status` found, and its form for programs.
 *
 * @module
 */
import type { ChildStatus, RouteStatus } from "../cluster/route-status.ts";
import type { RecordedWrite } from "../cluster/write-recorder.ts";
import type { ConfigurationSource } from "../installation/setting.ts";

export interface StatusReport {
  readonly server: string;
  readonly instance: string;
  readonly configurationFrom: ConfigurationSource;
  readonly routes: readonly RouteStatus[];
  /** Children that no route has any more. */
  readonly orphans: readonly RecordedWrite[];
  readonly notes: readonly string[];
  readonly failures: readonly string[];
}

/** The documented shape: nothing may be renamed, things may be added. */
export function statusJson(report: StatusReport): object {
  const { server, instance, configurationFrom, routes, orphans, notes, failures } = report;
  return {
    server,
    instance,
    configuration: configurationFrom,
    routes: routes.map(({ description: { route, hosts }, children, problems, wrong }) => ({
      kind: route.kind,
      namespace: route.namespace,
      name: route.name,
      wrong,
      hosts,
      children: children.map(childJson),
      problems: problems.map(({ reason, message, field }) => ({ reason, message, field })),
    })),
    orphans: orphans.map(({ resource, namespace, name }) => ({ kind: resource.kind, namespace, name })),
    notes,
    failures,
  };
}

function childJson({ integration, name, state, why, keptNames, object }: ChildStatus): object {
  return {
    kind: integration.resource.kind,
    name: state === "none" || state === "opted out" ? null : name,
    state,
    why,
    names: object === null ? [] : integration.names(object.spec),
    keptNames,
  };
}
