/**
 * Names, options and help of the commands that look at a cluster through a kubeconfig.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";
import { configurationOption, installationOptions, outputOption, seconds } from "./options.ts";
import type { PlanOptions } from "./plan.ts";
import type { StatusOptions } from "./status.ts";
import type { TakeOverOptions } from "./take-over.ts";

/** `end` is called with how a command ended. */
export function addClusterCommands(
  program: Command,
  terminal: Terminal,
  end: (code: ExitCode) => void,
): void {
  throughKubeconfig(
    program
      .command("plan")
      .description(
        "Say what the product would create, change, adopt and delete in this cluster. Writes nothing.",
      )
      .option("-n, --namespace <namespace>", "only the routes of this namespace")
      .option("--name <name>", "only the routes of this name; needs --namespace")
      .option("--confirm-deletions", "as if many deletions at once were confirmed"),
  )
    .addOption(outputOption(["text", "json"]))
    .addHelpText("after", PLAN_HELP)
    .action(async (options: PlanOptions) => end(await (await import("./plan.ts")).plan(options, terminal)));

  throughKubeconfig(
    program
      .command("status")
      .description(
        "Say for each route whether its certificate and its DNS records are there; problems first.",
      )
      .option("-n, --namespace <namespace>", "only the routes of this namespace"),
  )
    .addOption(outputOption(["text", "wide", "json"]))
    .addHelpText("after", STATUS_HELP)
    .action(async (options: StatusOptions) =>
      end(await (await import("./status.ts")).status(options, terminal)),
    );

  throughKubeconfig(
    program
      .command("resync")
      .description(
        "Ask the function to look at everything again: it repairs what was missed and removes orphans.",
      )
      .option("-n, --namespace <namespace>", "only the routes of this namespace")
      .option("--name <name>", "only the routes of this name; needs --namespace")
      .option(
        "--to <url>",
        "where the function, or the Broker before it, listens (default: K_SINK; without either, a Job sends it)",
      )
      .option(
        "--confirm-deletions",
        "delete orphans even if they are many; without it such a resync deletes none",
      )
      .option("--timeout <seconds>", "how long to try and to wait for the end", seconds, 300)
      .option("--dry-run", "only say what would be done, as plan does; asks the cluster, not the function"),
  )
    .addOption(new Option("-o, --output <format>", "of --dry-run").choices(["text", "json"]))
    .addHelpText("after", RESYNC_HELP)
    .action(async (options: ResyncWords) => end(await resyncOrPlan(options, terminal)));

  program
    .command("take-over")
    .description(
      "Give the children of a former installation, and children that lost their owners, to an installation.",
    )
    .option("--from <namespace/release...>", "former installations whose children are taken over")
    .option("-n, --namespace <namespace>", "only the children in this namespace")
    .option("--instance, --installation <namespace/release>", "the installation, where there are several")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option("--dry-run", "only say what would be taken over")
    .addHelpText("after", TAKE_OVER_HELP)
    .action(async (options: TakeOverOptions) =>
      end(await (await import("./take-over.ts")).takeOverChildren(options, terminal)),
    );
}

/** Options of a command that reads the cluster of a kubeconfig. */
function throughKubeconfig(command: Command): Command {
  return installationOptions(command.addOption(configurationOption("what the installation is set to")));
}

type ResyncWords = Partial<PlanOptions> & {
  readonly dryRun?: boolean;
  readonly to?: string;
  readonly timeout: number;
};

/** @throws {UsageError} for options of the one that were given to the other */
async function resyncOrPlan(options: ResyncWords, terminal: Terminal): Promise<ExitCode> {
  const { dryRun = false, timeout, config, defaults, output, ...rest } = options;
  if (dryRun) {
    if (rest.to !== undefined) throw new UsageError("--dry-run asks the cluster itself; leave out --to");
    return await (await import("./plan.ts")).plan({ ...options, output: output ?? "text" }, terminal);
  }
  for (const [name, value] of Object.entries({ config, defaults, output })) {
    if (value !== undefined) throw new UsageError(`--${name} needs --dry-run`);
  }
  return await (await import("./resync.ts")).resync({ ...rest, timeoutSeconds: timeout }, terminal);
}

const PLAN_HELP = `
Reads with the rights of the kubeconfig (KUBECONFIG, else ~/.kube/config, else the pod's ServiceAccount) and says what
it may not read. What the product is set to do it takes from the installation's ConfigMap, and says so. A Secret that
exists and would be overwritten is named.

Exit codes: 0 fine, 1 there are problems, Secrets would be overwritten or something could not be read, 2 wrong usage.

Examples:
  $ traefik-cert-rotater plan --namespace shop
  $ traefik-cert-rotater plan --config values.yaml`;

const STATUS_HELP = `
What the product is set to do it takes from the installation's ConfigMap, and says so.

Exit codes: 0 all is well, 1 something is wrong, not ready yet or could not be read, 2 wrong usage.

Example:
  $ traefik-cert-rotater status --namespace shop --output wide`;

const RESYNC_HELP = `
Without --to and K_SINK it makes a Job from the installation's CronJob in the kubeconfig's cluster and follows it to its
end. --confirm-deletions is put down at the installation's ConfigMap before.

With an address it sends the event itself. Environment, as Knative's SinkBinding sets it: K_SINK, K_CE_OVERRIDES,
K_CA_CERTS; the token in /oidc/token is sent where there is one. Transient failures are tried again until --timeout.

Exit codes: 0 done, 1 not done, 2 wrong usage, 3 done but for deletions that were blocked.

Examples:
  $ traefik-cert-rotater resync --namespace shop
  $ traefik-cert-rotater resync --namespace shop --to http://localhost:8080`;

const TAKE_OVER_HELP = `
For an installation that was renamed, moved or made again, and for a cluster that was restored from a backup without the
owners of its objects. Children keep their names and uids, so nothing is issued again. Without --from only the
installation's own children that lost their owners are taken over. The value takeOverFrom has the function do the same.

Exit codes: 0 done, 1 not all of it, or an installation of --from has no child here, 2 wrong usage.

Examples:
  $ traefik-cert-rotater take-over --from old-namespace/old-release --dry-run
  $ traefik-cert-rotater take-over --from old-namespace/old-release && traefik-cert-rotater resync`;
