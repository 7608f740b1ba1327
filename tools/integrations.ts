/**
 * What the chart knows of the integrations, out of their folders: traefik-cert-rotation/files/integrations.json, which
 * its templates read, and their part of values.yaml and values.schema.json; docs/values.md and files/defaults.json follow.
 *
 * `node tools/integrations.ts` writes them, `npm run generate` these and all others.
 *
 * @module
 */
import { glob, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { ChartPart } from "../functions/integrations/chart.ts";
import { isRecord } from "../functions/schema/unknown.ts";
import { defaultsOf } from "./values/defaults.ts";
import { renderReasons } from "./values/reasons.ts";
import type { Schema } from "./values/schema.ts";
import { formatSchema } from "./values/schema.ts";
import { reference } from "./values-reference.ts";

const CHART = "traefik-cert-rotation";

/** An integration's folder, read. */
interface Folder extends ChartPart {
  /** Its part of values.yaml, comments included. */
  readonly valuesText: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly schema: Schema;
}

/**
 * The generated files as they should be, by path relative to the repository.
 *
 * @param folders those of the integrations; the ones in `functions/integrations/` unless given
 */
export async function generate(
  repository: URL,
  folders?: readonly URL[],
): Promise<ReadonlyMap<string, string>> {
  const read = (path: string) => readFile(new URL(path, repository), "utf8");
  const integrations = await Promise.all((folders ?? (await integrationFolders(repository))).map(readFolder));
  const values = withIntegrations(await read(`${CHART}/values.yaml`), integrations);
  const bare = withSchemas(JSON.parse(await read(`${CHART}/values.schema.json`)) as Schema, integrations);
  const { schema, markdown } = reference(bare, values, renderReasons(integrations));
  const own = { ...(parse(values) as Readonly<Record<string, unknown>>), integrations: {} };
  return new Map([
    [`${CHART}/files/defaults.json`, formatSchema(defaultsOf(schema, own))],
    [`${CHART}/files/integrations.json`, formatSchema(integrations.map(forTemplates))],
    [`${CHART}/values.yaml`, values],
    [`${CHART}/values.schema.json`, formatSchema(schema)],
    ["docs/values.md", markdown],
  ]);
}

/** The folders below `functions/integrations/` that have a part in the chart, by name. */
export async function integrationFolders(repository: URL): Promise<readonly URL[]> {
  const root = new URL("functions/integrations/", repository);
  const parts = await Array.fromAsync(glob("*/chart/part.ts", { cwd: fileURLToPath(root) }));
  return parts.sort().map((path) => new URL(path.replace(/chart\/part\.ts$/, ""), root));
}

async function readFolder(folder: URL): Promise<Folder> {
  const read = (path: string) => readFile(new URL(`chart/${path}`, folder), "utf8");
  const { chart } = (await import(new URL("chart/part.ts", folder).href)) as { chart: ChartPart };
  const valuesText = await read("values.yaml");
  const defaults = (parse(valuesText) as Readonly<Record<string, unknown>>)[chart.definition.key];
  const schema = JSON.parse(await read("schema.json")) as Schema;
  if (!isRecord(defaults))
    throw new Error(`${fileURLToPath(folder)}chart/values.yaml: no ${chart.definition.key}`);
  if (defaults.enabled !== chart.definition.enabledByDefault)
    throw new Error(`${fileURLToPath(folder)}chart/values.yaml: enabled is not what the definition says`);
  return { ...chart, valuesText, defaults, schema };
}

/** What the templates read. */
function forTemplates({ definition, defaults, schema, ...part }: Folder) {
  const { group, version, kind, plural } = definition.resource;
  return {
    key: definition.key,
    name: definition.name,
    enabledByDefault: definition.enabledByDefault,
    child: { group, version, kind, resource: plural },
    keys: Object.keys(schema.properties ?? {}),
    omitEmpty: part.omitEmpty ?? [],
    dependencies: part.dependencies ?? [],
    rights: part.rights ?? [],
    defaults,
  };
}

/** values.yaml with the integrations' own parts between the line `integrations:` and the next empty one. */
function withIntegrations(valuesYaml: string, integrations: readonly Folder[]): string {
  const lines = valuesYaml.split("\n");
  const start = lines.indexOf("integrations:");
  const end = lines.indexOf("", start);
  if (start < 0 || end < 0) throw new Error("values.yaml has no section integrations");
  const parts = integrations.flatMap(({ valuesText }) => valuesText.trimEnd().split("\n"));
  const indented = parts.map((line) => (line === "" ? line : `  ${line}`));
  return [...lines.slice(0, start + 1), ...indented, ...lines.slice(end)].join("\n");
}

function withSchemas(schema: Schema, integrations: readonly Folder[]): Schema {
  const known = integrations.map(({ definition, schema }) => [definition.key, schema] as const);
  const section = { ...schema.properties?.integrations, properties: Object.fromEntries(known) };
  return { ...schema, properties: { ...schema.properties, integrations: section } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const repository = new URL("../", import.meta.url);
  for (const [path, content] of await generate(repository))
    await writeFile(new URL(path, repository), content);
}
