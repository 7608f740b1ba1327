/**
 * A dry run as its reader wants it: object by object, before and after. Pure.
 *
 * @module
 */
import { owningRoutes } from "../../reconcile/plan/ownership.ts";
import type { RouteReference } from "../../traefik/route-description.ts";
import type { ConfigurationSource } from "../installation/setting.ts";
import { applied, type PlainObject, plain } from "./applied-object.ts";
import type { DryRun, RouteProblem } from "./dry-run.ts";
import type { Losses, Unpublished } from "./leftovers.ts";
import { notesInShort } from "./problem-text.ts";
import type { EndangeredSecret } from "./secrets.ts";
import type { PlannedAction, RecordedWrite } from "./write-recorder.ts";

export interface PlannedChange {
  readonly action: PlannedAction;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The routes that own the object afterwards, the controller first; of one that goes, those that did. */
  readonly routes: readonly RouteReference[];
  /** Null for what is created. */
  readonly before: PlainObject | null;
  /** Null for what is deleted. */
  readonly after: PlainObject | null;
  /** The Secret whose content would be lost. */
  readonly secret: EndangeredSecret | null;
  /** The deletion limit would block it. */
  readonly blocked: boolean;
}

export interface ClusterPlan {
  readonly server: string;
  readonly instance: string;
  readonly configurationFrom: ConfigurationSource;
  readonly routes: number;
  readonly children: number | null;
  readonly changes: readonly PlannedChange[];
  readonly problems: readonly RouteProblem[];
  readonly notes: readonly string[];
  readonly failures: readonly string[];
  readonly blocked: number;
  readonly losses: Losses;
  /** Of a first plan: names that another source of external-dns publishes, and that no DNSEndpoint would have. */
  readonly unpublished: readonly Unpublished[];
}

export interface ClusterPlanInput {
  readonly server: string;
  readonly instance: string;
  readonly configurationFrom: ConfigurationSource;
  readonly run: DryRun;
  readonly secrets: ReadonlyMap<RecordedWrite, EndangeredSecret>;
  readonly losses: Losses;
  readonly unpublished: readonly Unpublished[];
  readonly findings: { readonly notes: readonly string[]; readonly failures: readonly string[] };
}

export function toClusterPlan(input: ClusterPlanInput): ClusterPlan {
  const { server, instance, configurationFrom, run, secrets, losses, unpublished, findings } = input;
  const { writes, problems, routes, children, blocked, incomplete } = run;
  const failures = [...findings.failures];
  // Whatever could not be read says more than that something was not.
  if (incomplete !== null && failures.length === 0) failures.push(incomplete);
  return {
    server,
    instance,
    configurationFrom,
    routes,
    children,
    changes: writes.map((write) => ({
      ...changeOf(write),
      secret: secrets.get(write) ?? null,
      blocked: blocked > 0 && write.action === "delete",
    })),
    problems,
    notes: [...findings.notes, ...notesInShort(run.notes)],
    failures,
    blocked,
    losses,
    unpublished,
  };
}

function changeOf({ action, resource, namespace, name, step }: RecordedWrite) {
  const before = step.action === "create" ? null : plain(step.live);
  const after = afterwards(step);
  const routes = owningRoutes(step.action === "delete" ? step.live : step.child);
  return { action, kind: resource.kind, namespace, name, routes, before, after };
}

function afterwards(step: RecordedWrite["step"]): PlainObject | null {
  switch (step.action) {
    case "create":
      return plain(step.child);
    case "update":
      return applied(step.live, step.child);
    case "delete":
      return null;
  }
}
