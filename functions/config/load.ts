/**
 * Reads the configuration file: JSON, as the chart mounts it, or YAML, as people write it.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { IntegrationDefinition } from "../integrations/definition.ts";
import { type Configuration, InvalidConfigurationError } from "./configuration.ts";
import { decodeText } from "./decode-text.ts";
import { reasonOf } from "./file-error.ts";
import { parseConfiguration } from "./parse.ts";

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly warnings: readonly string[];
}

/**
 * @param path of the file; null where there is none, which leaves everything at its default
 * @throws {InvalidConfigurationError} if the file cannot be read, is neither JSON nor YAML, or does not fit
 */
export async function loadConfiguration(
  path: string | null,
  definitions: readonly IntegrationDefinition[],
): Promise<LoadedConfiguration> {
  if (path === null) return parseConfiguration(undefined, definitions);
  return parseConfiguration(await readConfigurationFile(path), definitions);
}

/**
 * What stands in the file, unchecked but for merge keys.
 *
 * @throws {InvalidConfigurationError} if the file cannot be read, is neither JSON nor YAML, or has a merge key in quotes
 */
export async function readConfigurationFile(path: string): Promise<unknown> {
  const raw = await parse(await read(path), path);
  refuseMergeKeys(raw);
  return raw;
}

/**
 * In quotes, as in JSON, `<<` merges nothing, and templates take any key: it would end up in a child.
 *
 * @throws {InvalidConfigurationError}
 */
function refuseMergeKeys(raw: unknown, parents: readonly string[] = []): void {
  if (typeof raw !== "object" || raw === null) return;
  for (const [key, value] of Object.entries(raw)) {
    const path = [...parents, key];
    if (key === "<<") {
      const expected = "<< without quotes, and in YAML, to merge what it has";
      throw new InvalidConfigurationError([{ path: path.join("."), found: "a key of its own", expected }]);
    }
    refuseMergeKeys(value, path);
  }
}

async function read(path: string): Promise<string> {
  try {
    return decodeText(await readFile(path));
  } catch (cause) {
    const problem = { path: "", found: reasonOf(cause), expected: `a readable file ${path}` };
    throw new InvalidConfigurationError([problem], { cause });
  }
}

async function parse(text: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parseYaml } = await import("./yaml.lazy.ts");
    try {
      return parseYaml(text);
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new InvalidConfigurationError([{ path: "", found, expected: `JSON or YAML in ${path}` }], {
        cause,
      });
    }
  }
}
