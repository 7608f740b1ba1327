/**
 * The file that `--config` names: a configuration of the function, or values of the chart.
 *
 * @module
 */
import { type Configuration, InvalidConfigurationError } from "../../config/configuration.ts";
import { readConfigurationFile } from "../../config/load.ts";
import { parseConfiguration } from "../../config/parse.ts";
import { INTEGRATIONS } from "../../integrations/index.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";
import { configurationOfValues, markOfChartValues } from "./chart-values.ts";

/**
 * The configuration of a file; of null, the defaults.
 *
 * @throws {UsageError} that names the file, and each key that is wrong
 */
export async function readConfiguration(
  path: string | null,
  terminal: Pick<Terminal, "err">,
): Promise<Configuration> {
  try {
    const raw = path === null ? undefined : await readConfigurationFile(path);
    const mark = markOfChartValues(raw);
    if (mark !== null) terminal.err(`note: ${path} is read as values of the chart, for it has ${mark}\n`);
    const { configuration, warnings } = parseConfiguration(
      mark === null ? raw : configurationOfValues(raw),
      INTEGRATIONS,
    );
    for (const warning of warnings) terminal.err(`warning: ${path}: ${warning}\n`);
    return configuration;
  } catch (error) {
    if (!(error instanceof InvalidConfigurationError)) throw error;
    throw new UsageError(configurationLines(path ?? "", error).join("\n"), { cause: error });
  }
}

/** One line for each problem, with the file's name once. */
function configurationLines(path: string, { message }: InvalidConfigurationError): readonly string[] {
  return message.split("\n").map((line) => (line.includes(path) ? line : `${path}: ${line}`));
}
