/**
 * The values reference as Markdown.
 *
 * @module
 */
import type { Value } from "./comments.ts";
import type { Schema } from "./schema.ts";

/** The reference in Markdown: a section for each group of values, and one for the rest. */
export function renderReference(schema: Schema, values: readonly Value[], appendix: string): string {
  const top = values.filter((value) => value.path.length === 1);
  const groups = top.filter((value) => isGroup(at(schema, value.path)));
  const others = top.filter((value) => !groups.includes(value));
  const sections = groups.map((group) => {
    const rows = values.filter((value) => value.path[0] === group.path[0] && value !== group);
    return [`## ${group.path[0]}`, group.comment, table(schema, rows)].join("\n\n");
  });
  return [
    "# Values of the chart",
    "<!-- Written by `npm run generate` from traefik-cert-rotation/values.yaml. -->",
    "A value that is unknown or of the wrong type stops the install with its path.",
    ...sections,
    "## Names, labels, scheduling, the rest",
    table(schema, others),
    appendix,
    "",
  ].join("\n\n");
}

function table(schema: Schema, values: readonly Value[]): string {
  const rows = values.flatMap((value) => {
    const found = at(schema, value.path);
    if (found === null) return [];
    const cells = isGroup(found)
      ? ["", "", value.comment]
      : [typeOf(schema, found), code(JSON.stringify(value.defaultValue)), value.comment];
    return [`| ${[code(value.path.join(".")), ...cells.map(escapeCell)].join(" | ")} |`];
  });
  return ["| Value | Type | Default | Meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function at(schema: Schema, path: readonly string[]): Schema | null {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const property = schema.properties?.[key];
  return property ? at(property, rest) : null;
}

/** A value that only holds others. */
function isGroup(schema: Schema | null): boolean {
  return schema?.properties !== undefined && schema.additionalProperties === false && schema.type === "object"
    ? Object.values(schema.properties).some(
        (property) => property !== false && property.description !== undefined,
      )
    : false;
}

function typeOf(root: Schema, schema: Schema): string {
  if (schema.enum) return schema.enum.map(code).join(" or ");
  const reference = schema.$ref?.replace("#/definitions/", "");
  if (reference !== undefined) return typeOf(root, root.definitions?.[reference] ?? {});
  const type = [schema.type ?? "any"].flat().join(" or ");
  return schema.items ? `${type} of ${typeOf(root, schema.items)}s` : type;
}

function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
