/**
 * A plan for programs.
 *
 * @module
 */
import type { ClusterPlan } from "../cluster/cluster-plan.ts";
import { problemJson, routeJson } from "../cluster/problem-text.ts";

/** The documented shape: nothing may be renamed, things may be added. */
export function planJson({ changes, problems, ...rest }: ClusterPlan): object {
  const {
    server,
    instance,
    configurationFrom,
    routes,
    children,
    blocked,
    notes,
    failures,
    losses,
    unpublished,
  } = rest;
  return {
    server,
    instance,
    configuration: configurationFrom,
    routes,
    children,
    held: blocked,
    changes: changes.map(({ routes: owners, ...change }) => {
      const { action, kind, namespace, name, before, after, secret } = change;
      return {
        action,
        kind,
        namespace,
        name,
        held: change.blocked,
        routes: owners.map(routeJson),
        overwritesSecret: secret,
        before,
        after,
      };
    }),
    problems: problems.map(problemJson),
    vanishing: losses.vanishing,
    leftovers: losses.leftovers,
    unpublished,
    notes,
    failures,
  };
}
