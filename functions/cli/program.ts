/**
 * The command line: names, options, help. What the commands do is in their own files, loaded when they are asked for.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { parsePort } from "../serve-arguments.ts";
import { addClusterCommands } from "./commands/cluster-commands.ts";
import { addFileCommands } from "./commands/file-commands.ts";
import { ClusterAccessError } from "./connection/access-error.ts";
import { safeTerminal, unbroken } from "./terminal/safe-terminal.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./terminal/terminal.ts";

/** Runs the command that the words name; the process ends with the code, `serve` excepted, which goes on. */
export async function run(words: readonly string[], outside: Terminal): Promise<ExitCode> {
  const terminal = unbroken(safeTerminal(outside), [...words, ...Object.values(outside.env)]);
  let code: ExitCode = EXIT.fine;
  const program = createProgram(terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    if (!(error instanceof UsageError || error instanceof ClusterAccessError)) throw error;
    terminal.err(`error: ${error.message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.problems;
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
    .addHelpText("after", HELP);

  addFileCommands(program, terminal, end);
  addClusterCommands(program, terminal, end);

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
  return program;
}

function port(text: string): number {
  const parsed = parsePort(text);
  if (parsed === null) throw new InvalidArgumentError("Expected a number from 0 to 65535.");
  return parsed;
}

const HELP = `
Exit codes: 0 fine, 1 problems found or the cluster could not be asked, 2 wrong usage, 3 deletions blocked (resync).`;

const COMPLETION_HELP = `
Examples:
  $ source <(traefik-cert-rotater completion bash)
  $ traefik-cert-rotater completion zsh > "\${fpath[1]}/_traefik-cert-rotater"
  $ traefik-cert-rotater completion fish > ~/.config/fish/completions/traefik-cert-rotater.fish`;
