/**
 * Names, options and help of the commands that look at a cluster through a kubeconfig.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { ClusterOptions } from "./cluster.ts";
import type { PlanOptions } from "./commands/plan.ts";
import type { StatusOptions } from "./commands/status.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./terminal/terminal.ts";

/** `end` is told how a command ended. */
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
    .addOption(output(["text", "json"]))
    .addHelpText("after", PLAN_HELP)
    .action(async (options: PlanOptions) =>
      end(await (await import("./commands/plan.ts")).plan(options, terminal)),
    );

  throughKubeconfig(
    program
      .command("status")
      .description(
        "Say for each route whether its certificate and its DNS records are there; problems first.",
      )
      .option("-n, --namespace <namespace>", "only the routes of this namespace"),
  )
    .addOption(output(["text", "wide", "json"]))
    .addHelpText("after", STATUS_HELP)
    .action(async (options: StatusOptions) =>
      end(await (await import("./commands/status.ts")).status(options, terminal)),
    );

  program
    .command("completion")
    .description("Write the completion script of a shell.")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", COMPLETION_HELP)
    .action(async (shell: string) => {
      const { completion } = await import("./commands/completion.ts");
      terminal.out(completion(program, shell));
      end(EXIT.fine);
    });
}

/** Options of a command that reads the cluster of a kubeconfig. */
export function throughKubeconfig(command: Command): Command {
  return command
    .option("--config <file>", "the function's configuration, JSON or YAML (default: its defaults)")
    .option(
      "--instance <namespace/release>",
      "the installation (default: the one that has children here, else the README's)",
    )
    .option("--context <name>", "context of the kubeconfig (default: its current one)");
}

/** Makes `resync` able to only say what it would do. */
export function withDryRun(resync: Command): Command {
  resync.option("--dry-run", "only say what would be done, as plan does; asks the cluster, not the function");
  return throughKubeconfig(resync).addOption(
    new Option("-o, --output <format>", "of --dry-run").choices(["text", "json"]),
  );
}

type ResyncWords = Partial<PlanOptions> & { readonly dryRun?: boolean; readonly to?: string };

/**
 * Runs `plan` where `--dry-run` asks for it, and returns how it ended; else null.
 *
 * @throws {UsageError} for options of the one that were given to the other
 */
export async function planInstead(options: ResyncWords, terminal: Terminal): Promise<ExitCode | null> {
  const { dryRun = false, to, ...rest } = options;
  if (dryRun) {
    if (to !== undefined) throw new UsageError("--dry-run asks the cluster itself; leave out --to");
    return await (await import("./commands/plan.ts")).plan(
      { ...rest, output: rest.output ?? "text" },
      terminal,
    );
  }
  for (const option of ["config", "instance", "context", "output"] as const) {
    // Whose deletions are confirmed, and where.
    if (rest.confirmDeletions === true && (option === "instance" || option === "context")) continue;
    if (rest[option] !== undefined) throw new UsageError(`--${option} needs --dry-run`);
  }
  return null;
}

/** Makes `explain` able to look at routes of a cluster. */
export function withLiveRoutes(explain: Command): Command {
  return explain
    .argument("[routes...]", "routes of the kubeconfig's cluster, each as NAMESPACE/NAME, instead of files")
    .option("--instance <namespace/release>", "with routes: the installation")
    .option("--context <name>", "with routes: context of the kubeconfig");
}

type ExplainWords = ClusterOptions & {
  readonly filename?: readonly string[];
  readonly target?: string;
  readonly output: "text" | "json";
};

/**
 * Explains routes of a cluster where some are named, and returns how it ended; else null.
 *
 * @throws {UsageError} unless there are either files or routes, with the options of the one
 */
export async function explainLiveInstead(
  routes: readonly string[],
  { filename = [], target, ...options }: ExplainWords,
  terminal: Terminal,
): Promise<ExitCode | null> {
  if (routes.length === 0 && filename.length === 0) {
    throw new UsageError("nothing to explain; give NAMESPACE/NAME of a route, or a file with -f");
  }
  if (routes.length === 0) {
    for (const option of ["instance", "context"] as const) {
      if (options[option] !== undefined) throw new UsageError(`--${option} needs NAMESPACE/NAME of a route`);
    }
    return null;
  }
  if (filename.length > 0) throw new UsageError("give either routes or files with -f, not both");
  if (target !== undefined) throw new UsageError("--target is for files; a cluster knows its own");
  return await (await import("./commands/live-explain.ts")).explainLive(routes, options, terminal);
}

function output(formats: readonly string[]): Option {
  return new Option("-o, --output <format>", "for people or for programs").choices(formats).default("text");
}

const PLAN_HELP = `
Reads with the rights of the kubeconfig (KUBECONFIG, else ~/.kube/config, else the pod's ServiceAccount) and says what
it may not read. A Secret that exists and would be overwritten is named.

Exit codes: 0 fine, 1 there are problems or Secrets would be overwritten, 2 wrong usage.

Example:
  $ traefik-cert-rotater plan --namespace shop --config values-config.yaml`;

const STATUS_HELP = `
Exit codes: 0 all is well, 1 something is wrong or not ready yet, 2 wrong usage.

Example:
  $ traefik-cert-rotater status --namespace shop --output wide`;

const COMPLETION_HELP = `
Examples:
  $ source <(traefik-cert-rotater completion bash)
  $ traefik-cert-rotater completion zsh > "\${fpath[1]}/_traefik-cert-rotater"
  $ traefik-cert-rotater completion fish > ~/.config/fish/completions/traefik-cert-rotater.fish`;
