/**
 * Puts the comments of values.yaml into values.schema.json, where editors and Helm show them.
 *
 * @module
 */
import type { Value } from "./comments.ts";

const LINE_WIDTH = 110;

/** The part of JSON Schema that values.schema.json uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema | false>>;
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** The schema with the description of every commented value in its place. Throws for a value it does not know. */
export function describeSchema(schema: Schema, values: readonly Value[]): Schema {
  return values.reduce((current, value) => describe(current, value.path, value), schema);
}

function describe(schema: Schema, path: readonly string[], value: Value): Schema {
  const [key, ...rest] = path;
  if (key === undefined)
    return value.comment === "" ? schema : { description: value.comment, ...without(schema) };
  const property = schema.properties?.[key];
  if (!property) {
    if (isOpen(schema)) return schema;
    throw new Error(`values.schema.json has no ${value.path.join(".")}`);
  }
  return { ...schema, properties: { ...schema.properties, [key]: describe(property, rest, value) } };
}

function without({ description: _description, ...schema }: Schema): Schema {
  return schema;
}

/** Whether keys that the schema does not name are the user's own, such as labels. */
function isOpen(schema: Schema): boolean {
  return (
    schema.$ref !== undefined ||
    schema.patternProperties !== undefined ||
    schema.additionalProperties !== false
  );
}

/** JSON text in Biome's format: short lists of plain values stay on one line. */
export function formatSchema(schema: object): string {
  const text = JSON.stringify(schema, null, 2);
  const list = /^( *(?:"[^"]*": )?)\[\s+([^[\]{}]*?)\s+\](,?)$/gm;
  return `${text.replace(list, (long, start: string, items: string, end: string) => {
    const short = `${start}[${items.replace(/,\s+/g, ", ")}]${end}`;
    return short.length <= LINE_WIDTH ? short : long;
  })}\n`;
}
