/**
 * Options that several commands have.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";

/** @param otherwise what counts without it */
export function configurationOption(otherwise: string): Option {
  return new Option(
    "--config <file>",
    `a configuration of the function, or values of the chart, JSON or YAML (default: ${otherwise})`,
  );
}

/** Which cluster, which installation, and whether its own configuration counts. */
export function installationOptions(command: Command, when = ""): Command {
  return command
    .option("--defaults", `${when}the function's defaults, whatever the installation is set to`)
    .option(
      "--instance, --installation <namespace/release>",
      `${when}the installation, where there are several`,
    )
    .option("--context <name>", `${when}context of the kubeconfig (default: its current one)`);
}

export function outputOption(formats: readonly string[]): Option {
  return new Option("-o, --output <format>", "for people or for programs").choices(formats).default("text");
}

export function seconds(text: string): number {
  const parsed = Number(text);
  if (parsed > 0 && parsed <= 86_400) return parsed;
  throw new InvalidArgumentError("Expected a number of seconds, more than 0 and at most 86400.");
}
