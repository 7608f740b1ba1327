/**
 * Names, options and help of the commands that read files: `render`, and `explain`, which looks into clusters too.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { ClusterOptions } from "../cluster/cluster.ts";
import { expandFiles, namesFile } from "../input/files.ts";
import { type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";
import { configurationOption, installationOptions, outputOption } from "./options.ts";

interface FileOptions {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly config?: string;
  readonly target?: string;
}

type MigrateWords = Omit<FileOptions, "target"> &
  ClusterOptions & { readonly output: "text" | "values" | "patches" | "json" };

type ExplainWords = FileOptions & ClusterOptions & { readonly output: "text" | "json" };

/** `end` is called with how a command ended. */
export function addFileCommands(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  withFiles(
    program
      .command("render")
      .description("Write the children of the routes in files as YAML. Needs no cluster.")
      .argument("[files...]", "the same without -f"),
  )
    .addOption(configurationOption("the function's defaults"))
    .addHelpText("after", RENDER_HELP)
    .action(
      async (words: readonly string[], { filename = [], recursive = false, ...options }: FileOptions) => {
        const named = [...filename, ...words];
        if (named.length === 0) {
          throw new UsageError(
            "required option '-f, --filename <file>' not specified: give files or folders, or - for standard input",
          );
        }
        const { render } = await import("./render.ts");
        end(await render({ ...options, filename: await expandFiles(named, recursive) }, terminal));
      },
    );

  installationOptions(
    withInput(
      program
        .command("migrate")
        .description("Say what a move to this product takes, in a cluster or of files. Writes nothing.")
        .argument("[files...]", "manifests instead of the kubeconfig's cluster"),
    )
      .option("-n, --namespace <namespace>", "of a cluster: only the routes of this namespace")
      .addOption(configurationOption("of a cluster, what is installed there, else the defaults")),
    "of a cluster: ",
  )
    .addOption(outputOption(["text", "values", "patches", "json"]))
    .addHelpText("after", MIGRATE_HELP)
    .action(
      async (words: readonly string[], { filename = [], recursive = false, ...options }: MigrateWords) => {
        const named = [...filename, ...words];
        for (const option of ["namespace", "defaults", "installation", "context"] as const) {
          if (named.length > 0 && options[option] !== undefined) {
            throw new UsageError(`--${option} is for a cluster; leave out the files`);
          }
        }
        const files = named.length === 0 ? [] : await expandFiles(named, recursive);
        end(await (await import("./migrate.ts")).migrate({ ...options, files, words: named }, terminal));
      },
    );

  const explain = program
    .command("explain")
    .description("Say what was extracted from routes, in files (needs no cluster) or in a cluster, and why.")
    .argument(
      "[routes...]",
      "routes of the kubeconfig's cluster, each as NAMESPACE/NAME, or files and folders",
    );
  installationOptions(
    withFiles(explain).addOption(
      configurationOption("of files, the function's defaults; of routes, what the installation is set to"),
    ),
    "with routes: ",
  )
    .addOption(outputOption(["text", "json"]))
    .addHelpText("after", EXPLAIN_HELP)
    .action(async (words: readonly string[], options: ExplainWords) =>
      end(await explainWords(words, options, terminal)),
    );
}

function withFiles(command: Command): Command {
  return withInput(command).option(
    "--target <address>",
    "address of Traefik: a hostname, or IP addresses separated by commas",
  );
}

function withInput(command: Command): Command {
  return command
    .addOption(
      new Option(
        "-f, --filename <file>",
        "YAML or JSON with routes: a file, a folder, or - for standard input; may be repeated",
      ).argParser(collect),
    )
    .option("-R, --recursive", "look into the folders of folders too");
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** @throws {UsageError} unless there are either files or routes, with the options of the one */
async function explainWords(
  words: readonly string[],
  { filename = [], recursive = false, target, ...options }: ExplainWords,
  terminal: Terminal,
): Promise<ExitCode> {
  const areFiles = await Promise.all(words.map(namesFile));
  const routes = words.filter((_, index) => !areFiles[index]);
  const files = [...filename, ...words.filter((_, index) => areFiles[index])];
  if (routes.length === 0 && files.length === 0) {
    throw new UsageError("nothing to explain; give NAMESPACE/NAME of a route, or a file with -f");
  }
  if (routes.length > 0) {
    if (files.length > 0) throw new UsageError("give either routes or files with -f, not both");
    if (target !== undefined) throw new UsageError("--target is for files; a cluster knows its own");
    return await (await import("./live-explain.ts")).explainLive(routes, options, terminal);
  }
  for (const option of ["defaults", "installation", "context"] as const) {
    if (options[option] !== undefined) throw new UsageError(`--${option} needs NAMESPACE/NAME of a route`);
  }
  const { config, output } = options;
  const { explain } = await import("./explain.ts");
  return await explain(
    {
      filename: await expandFiles(files, recursive),
      output,
      ...(config === undefined ? {} : { config }),
      ...(target === undefined ? {} : { target }),
    },
    terminal,
  );
}

const EXIT_CODES = `
Exit codes: 0 fine, 1 problems found, 2 wrong usage.`;

const MIGRATE_HELP = `
Looks at the routes, and at what serves them now: Switchboard's objects, Certificates of an Ingress, by hand or by a script,
wildcards, copied Secrets, certResolver, external-dns' source for Traefik. Says who made what, what to do first, what
would change, and which values to set, each with its reason. --output values writes these as a file for helm, --output
patches the commands for what no value can move.

Exit codes: 0 nothing stands in the way, 1 something is to be done or decided first, 2 wrong usage.

Examples:
  $ traefik-cert-rotater migrate
  $ traefik-cert-rotater migrate --output values > values.yaml
  $ traefik-cert-rotater migrate -R manifests`;

const RENDER_HELP = `
Of a folder, files that end in .yaml, .yml or .json are read. Lists are opened. Of objects of other kinds only
Certificates and DNSEndpoints count: as what is there already. Owner, instance and a namespace that the route does not
name are left out, for only a cluster knows them. Without --target, and where the configuration names no targetIPs,
192.0.2.1 stands for the address that the function reads from Traefik's Service.

Examples:
  $ traefik-cert-rotater render examples/my-ingress.yaml --target 10.96.0.10
  $ traefik-cert-rotater render -R manifests --config values.yaml
${EXIT_CODES}`;

const EXPLAIN_HELP = `
With --output json one document a line and object:
  {kind, namespace, name, routes: [{match, syntax, domains, paths, services, error}], hosts, tls, children, problems}
error is null or {stage, message, position}: "parse" where nothing can be extracted, "load" where it parses, yet
Traefik refuses the router; position counts UTF-8 bytes from 0.

Of a route in the cluster of the kubeconfig it says too what children it has, whose they are, and what would become
of them; in JSON that is added as live: [{ownership, action, ready, why, object}], with the configuration that counts.
A word is a file where it ends in .yaml, .yml or .json, begins with a dot or a slash, or lies here.

Examples:
  $ kubectl get ingressroutes -A -o yaml | traefik-cert-rotater explain -f -
  $ traefik-cert-rotater explain route.yaml
  $ traefik-cert-rotater explain shop/web
${EXIT_CODES}`;
