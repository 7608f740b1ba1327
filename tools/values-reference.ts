/**
 * Writes docs/values.md, and the descriptions in values.schema.json, from the comments in the chart's values.yaml.
 *
 * `node tools/values-reference.ts` writes both; a test fails when they have drifted.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { listValues } from "./values/comments.ts";
import { renderReference } from "./values/markdown.ts";
import { describeSchema, formatSchema, type Schema } from "./values/schema.ts";

/** Both generated files as they should be, by path relative to the repository. */
export async function generate(repository: URL): Promise<Map<string, string>> {
  const read = (path: string) => readFile(new URL(path, repository), "utf8");
  const schemaPath = "traefik-cert-rotation/values.schema.json";
  const values = listValues(await read("traefik-cert-rotation/values.yaml"));
  const schema = describeSchema(JSON.parse(await read(schemaPath)) as Schema, values);
  return new Map([
    [schemaPath, formatSchema(schema)],
    ["docs/values.md", renderReference(schema, values)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const repository = new URL("../", import.meta.url);
  for (const [path, content] of await generate(repository))
    await writeFile(new URL(path, repository), content);
}
