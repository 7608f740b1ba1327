/**
 * `resync` in a cluster: a Job from the installation's CronJob, followed to its end. It needs no way to the function
 * itself, which may be at zero behind an address of the cluster.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { oneLine } from "../../hidden-characters.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { ClusterAccessError, orAccessError } from "../connection/access-error.ts";
import { type Connection, connect } from "../connection/connection.ts";
import { hasKubeconfig } from "../connection/kubeconfig-context.ts";
import { type ResyncOptions, whatOf } from "../events/resync-event.ts";
import { confirmDeletions, confirmedUntil } from "../installation/confirmation.ts";
import { followJob, type JobEnd, type JobReader } from "../installation/follow-job.ts";
import {
  configurationOf,
  type Installation,
  PART_OF_SELECTOR,
  RELEASE_LABEL,
} from "../installation/installation.ts";
import { checkInstance } from "../installation/instance.ts";
import { CONTAINER, CRON_JOBS, isResyncCronJob, JOBS, jobOf, PODS } from "../installation/job.ts";
import { readInstallation } from "../installation/setting.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";

const LOOK_EVERY_MS = 500;

export async function resyncByJob(options: ResyncOptions, terminal: Terminal): Promise<ExitCode> {
  const { installation, context, timeoutSeconds } = options;
  // A pod's own account is not asked: a Job that does not know where to send would make the next one.
  if (context === undefined && !(await hasKubeconfig(terminal.env))) {
    throw new UsageError(
      "there is nowhere to send to; give --to URL, or set K_SINK, or KUBECONFIG to have the cluster's own Job send it",
    );
  }
  if (installation !== undefined) checkInstance(installation);
  const connection = await connect(context ?? null, terminal.env);
  const { client, server } = connection;
  const found = await readInstallation(client, installation ?? null, server);
  if (found === null)
    throw new ClusterAccessError(`nothing is installed in ${server}: install the chart first`);
  // A function that cannot start would keep the Job waiting until its end.
  configurationOf(found);
  const cronJob = await readCronJob(connection, found);
  if (options.confirmDeletions === true) {
    await confirmDeletions(client, found, server, confirmedUntil(timeoutSeconds, new Date()));
  }
  const job = await createJob(connection, jobOf(cronJob, options));
  const name = `${job.metadata.namespace}/${job.metadata.name}`;
  terminal.err(`Job ${name} asks installation ${found.instance} for a resync of ${whatOf(options)}\n`);
  return await follow(readerOf(connection, job), name, options, terminal);
}

async function readCronJob(
  { client, server }: Connection,
  { instance, namespace, release }: Installation,
): Promise<KubernetesObject> {
  const labelSelector = `${PART_OF_SELECTOR},${RELEASE_LABEL}=${release}`;
  const { items } = await orAccessError(
    client.list(CRON_JOBS, { namespace, labelSelector }),
    server,
    () =>
      `you may not list CronJobs in namespace ${namespace}, from one of which the Job is made: ask for that right, or give --to URL`,
  );
  const cronJob = items.find(isResyncCronJob);
  if (cronJob !== undefined) return { ...cronJob, apiVersion: "batch/v1", kind: CRON_JOBS.kind };
  throw new ClusterAccessError(
    `installation ${instance} has no CronJob to make a Job from (resync.schedule is empty, or resync.mode is pingsource): ` +
      "give --to URL, or use kn event send",
  );
}

async function createJob({ client, server }: Connection, job: KubernetesObject): Promise<KubernetesObject> {
  const { namespace = null, name } = job.metadata;
  return await orAccessError(
    client.create({ resource: JOBS, namespace, name }, job),
    server,
    ({ message }) =>
      `no Job can be made in namespace ${namespace}: ${message}; ask for the right to create Jobs there, or give --to URL`,
  );
}

function readerOf({ client, readText }: Connection, job: KubernetesObject): JobReader {
  const { namespace = null, name } = job.metadata;
  const labelSelector = `job-name=${name}`;
  return {
    job: () => client.get({ resource: JOBS, namespace, name }),
    pods: async () => (await client.list(PODS, { namespace, labelSelector })).items,
    log: (pod) =>
      readText(`/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${CONTAINER}&limitBytes=1048576`),
  };
}

/** What is reported of it, and how the command ends. */
async function follow(
  reader: JobReader,
  name: string,
  options: ResyncOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const signal = AbortSignal.timeout(options.timeoutSeconds * 1_000);
  try {
    const end = await followJob(reader, {
      wait: () => sleep(LOOK_EVERY_MS, undefined, { signal }),
      onLine: (line) => terminal.err(`  ${line}\n`),
      onHindrance: (text) => terminal.err(`${oneLine(text)}\n`),
    });
    return report(end, name, options, terminal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const [namespace, job] = name.split("/");
    terminal.err(
      `Job ${name} has not ended within ${options.timeoutSeconds} s; it goes on. ` +
        `To look at it: kubectl logs --namespace ${namespace} --follow job/${job}\n`,
    );
    return EXIT.problems;
  }
}

function report(
  { state, exitCode }: JobEnd,
  name: string,
  options: ResyncOptions,
  terminal: Terminal,
): ExitCode {
  switch (state.state) {
    case "complete":
      terminal.out(`Job ${name} has done the resync of ${whatOf(options)}\n`);
      return EXIT.fine;
    case "failed":
      if (exitCode === EXIT.blocked) {
        terminal.out(
          `Job ${name} has done the resync of ${whatOf(options)}, but for deletions that are blocked\n`,
        );
        return EXIT.blocked;
      }
      terminal.err(`Job ${name} failed: ${oneLine(state.why)}\n`);
      return EXIT.problems;
    default:
      terminal.err(`Job ${name} was deleted before its end\n`);
      return EXIT.problems;
  }
}
