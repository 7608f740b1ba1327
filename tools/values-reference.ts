/**
 * The descriptions of values.schema.json and docs/values.md, from the comments in the chart's values.yaml. Pure;
 * `tools/integrations.ts` writes both.
 *
 * @module
 */
import { listValues } from "./values/comments.ts";
import { renderReference } from "./values/markdown.ts";
import { describeSchema, type Schema } from "./values/schema.ts";

/** The schema with descriptions, and the reference in Markdown; `appendix` is its last section. */
export function reference(
  bare: Schema,
  valuesYaml: string,
  appendix: string,
): { readonly schema: Schema; readonly markdown: string } {
  const values = listValues(valuesYaml);
  const schema = describeSchema(bare, values);
  return { schema, markdown: renderReference(schema, values, appendix) };
}
