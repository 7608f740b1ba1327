/**
 * `plan`, and `resync --dry-run`: what the product would do in this cluster. Writes nothing.
 *
 * @module
 */
import { isObjectName } from "../../schema/object-names.ts";
import { type ClusterOptions, type OpenCluster, openCluster } from "../cluster/cluster.ts";
import { type ClusterPlan, toClusterPlan } from "../cluster/cluster-plan.ts";
import { dryRun } from "../cluster/dry-run.ts";
import { NO_LOSSES, readLosses } from "../cluster/leftovers.ts";
import { secretsAtRisk } from "../cluster/secrets.ts";
import { readUnpublished } from "../moving/unpublished.ts";
import { painter } from "../terminal/colour.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";

export interface PlanOptions extends ClusterOptions {
  readonly name?: string;
  readonly confirmDeletions?: boolean;
  readonly output: "text" | "json";
}

/** Writes the plan; the exit code says whether anything in it needs a person. */
export async function plan(options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const { name = null, confirmDeletions = false, output } = options;
  if (name !== null && !isObjectName(name))
    throw new UsageError(`--name ${name} is not the name of an object`);
  if (name !== null && options.namespace === undefined) throw new UsageError("--name needs --namespace");
  const cluster = await openCluster(options, terminal);
  const clusterPlan = await clusterPlanOf(cluster, name, confirmDeletions);
  cluster.endProgress();
  if (output === "json") {
    const { planJson } = await import("../output/plan-json.ts");
    terminal.out(`${JSON.stringify(planJson(clusterPlan), null, 2)}\n`);
  } else {
    const { planText } = await import("../output/plan-text.ts");
    terminal.out(await planText(clusterPlan, painter(terminal)));
  }
  return needsSomebody(clusterPlan) ? EXIT.problems : EXIT.fine;
}

async function clusterPlanOf(
  cluster: OpenCluster,
  name: string | null,
  confirmDeletions: boolean,
): Promise<ClusterPlan> {
  const { server, reader, configuration, configurationFrom, instance, namespace, notes } = cluster;
  const run = await dryRun(
    { client: reader.client, configuration, instance },
    { namespace, name, confirmDeletions },
  );
  const secrets = await secretsAtRisk(reader.client, configuration.integrations, run.writes);
  // Of one route not all objects count, so that nothing can be said of what no other has.
  const losses =
    name === null
      ? await readLosses(reader.client, configuration.integrations, namespace, run.writes)
      : NO_LOSSES;
  // Only before a move: later on it is nobody's slip that a name has no record.
  const unpublished = run.children === 0 ? await readUnpublished(cluster, run.writes) : [];
  const findings = { notes: notes(), failures: [...reader.failures] };
  return toClusterPlan({
    server,
    instance,
    configurationFrom,
    run,
    secrets,
    losses,
    unpublished,
    findings,
  });
}

function needsSomebody({ changes, problems, failures, blocked, losses, unpublished }: ClusterPlan): boolean {
  return (
    problems.length > 0 ||
    failures.length > 0 ||
    blocked > 0 ||
    losses.vanishing.length > 0 ||
    losses.leftovers.length > 0 ||
    unpublished.length > 0 ||
    changes.some(({ secret }) => secret !== null)
  );
}
