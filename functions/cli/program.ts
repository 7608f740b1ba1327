/**
 * The command line: names, options, help. What the commands do is in their own files, loaded when they are asked for.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { parsePort } from "../serve-arguments.ts";
import {
  addClusterCommands,
  explainLiveInstead,
  planInstead,
  withDryRun,
  withLiveRoutes,
} from "./cluster-commands.ts";
import type { ExplainOptions } from "./commands/explain.ts";
import type { AnalyseOptions } from "./input/analyse.ts";
import { safeTerminal } from "./safe-terminal.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./terminal/terminal.ts";

/** Runs the command that the words name; the process ends with the code, `serve` excepted, which goes on. */
export async function run(words: readonly string[], outside: Terminal): Promise<ExitCode> {
  const terminal = safeTerminal(outside);
  let code: ExitCode = EXIT.fine;
  const program = createProgram(terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`error: ${error.message}\n`);
    return EXIT.usage;
  }
  return code;
}

function createProgram(terminal: Terminal, end: (code: ExitCode) => void): Command {
  const program = new Command("traefik-cert-rotater")
    .description("Certificates and DNS records for Traefik's IngressRoutes.")
    .version(packageJson.version)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride()
    .addHelpText("after", EXIT_CODES);

  analysing(program, "render", "Write the children of the routes in a file as YAML. Needs no cluster.")
    .addHelpText("after", RENDER_HELP)
    .action(async (options: AnalyseOptions) =>
      end(await (await import("./commands/render.ts")).render(options, terminal)),
    );

  const explain = analysing(
    program,
    "explain",
    "Say what was extracted from the routes in a file (needs no cluster) or in a cluster, and why.",
    false,
  );
  withLiveRoutes(explain)
    .addOption(
      new Option("-o, --output <format>", "for people or for programs")
        .choices(["text", "json"])
        .default("text"),
    )
    .addHelpText("after", EXPLAIN_HELP)
    .action(async (routes: readonly string[], options: ExplainOptions) =>
      end(
        (await explainLiveInstead(routes, options, terminal)) ??
          (await (await import("./commands/explain.ts")).explain(options, terminal)),
      ),
    );

  addClusterCommands(program, terminal, end);

  const resync = program
    .command("resync")
    .description(
      "Ask the function to look at everything again: it repairs what was missed and removes orphans.",
    )
    .option("-n, --namespace <namespace>", "only the routes of this namespace")
    .option("--name <name>", "only the routes of this name; needs --namespace")
    .option("--to <url>", "where the function, or the Broker before it, listens (default: K_SINK)")
    .option(
      "--confirm-deletions",
      "delete orphans even if they are many; without it such a resync deletes none",
    )
    .option("--timeout <seconds>", "how long to try and to wait for the end", seconds, 300)
    .addHelpText("after", RESYNC_HELP);
  withDryRun(resync).action(async ({ timeout, ...options }) =>
    end(
      (await planInstead(options, terminal)) ??
        (await (await import("./resync.ts")).resync({ ...options, timeoutSeconds: timeout }, terminal)),
    ),
  );

  program
    .command("serve")
    .description("Run the function, in a cluster or against the one of KUBECONFIG.")
    .option("--config <file>", "configuration, JSON or YAML (default: CONFIG_FILE, else the defaults)")
    .option("--port <number>", "port to listen on, 0 for any free one (default: PORT, else 8080)", port)
    .action(async (options: { config?: string; port?: number }) => {
      const { start } = await import("../serve.ts");
      await start({
        config: options.config ?? (terminal.env.CONFIG_FILE || null),
        port: options.port ?? null,
      });
    });
  return program;
}

function analysing(program: Command, name: string, description: string, needsFiles = true): Command {
  const files = new Option(
    "-f, --filename <file>",
    "YAML or JSON with routes, - for standard input; may be repeated",
  ).argParser(collect);
  return program
    .command(name)
    .description(description)
    .addOption(files.makeOptionMandatory(needsFiles))
    .option("--config <file>", "the function's configuration, JSON or YAML (default: its defaults)")
    .option("--target <address>", "address of Traefik: a hostname, or IP addresses separated by commas");
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function port(text: string): number {
  const parsed = parsePort(text);
  if (parsed === null) throw new InvalidArgumentError("Expected a number from 0 to 65535.");
  return parsed;
}

function seconds(text: string): number {
  const parsed = Number(text);
  if (parsed > 0 && parsed <= 86_400) return parsed;
  throw new InvalidArgumentError("Expected a number of seconds, more than 0 and at most 86400.");
}

const EXIT_CODES = `
Exit codes: 0 fine, 1 problems found or event not accepted, 2 wrong usage.`;

const RENDER_HELP = `
Lists are opened. Of objects of other kinds only Certificates and DNSEndpoints count: as what is there already. Owner,
instance and a namespace that the route does not name are left out, for only a cluster knows them. Without --target, and
where the configuration names no targetIPs, 192.0.2.1 stands for the address that the function reads from Traefik's
Service.

Example:
  $ traefik-cert-rotater render -f examples/my-ingress.yaml --target 10.96.0.10
${EXIT_CODES}`;

const EXPLAIN_HELP = `
With --output json one document a line and object:
  {kind, namespace, name, routes: [{match, syntax, domains, paths, services, error}], hosts, tls, children, problems}
error is null or {stage, message, position}: "parse" where nothing can be extracted, "load" where it parses, yet
Traefik refuses the router; position counts UTF-8 bytes from 0.

Of a route in the cluster of the kubeconfig it says too what children it has, whose they are, and what would become
of them; in JSON that is added as live: [{ownership, action, ready, why, object}].

Examples:
  $ kubectl get ingressroutes -A -o yaml | traefik-cert-rotater explain -f -
  $ traefik-cert-rotater explain shop/web
${EXIT_CODES}`;

const RESYNC_HELP = `
Environment, as Knative's SinkBinding sets it: K_SINK, K_CE_OVERRIDES, K_CA_CERTS; the token in /oidc/token is sent
where there is one. Passing failures are tried again until --timeout.

Example:
  $ traefik-cert-rotater resync --namespace shop --to http://localhost:8080
${EXIT_CODES}`;
