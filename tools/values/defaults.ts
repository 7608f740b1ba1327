/**
 * The defaults that templates put in the place of a value that is not there: a key without a value takes the default away
 * with Helm, and `helm upgrade --reuse-values` knows none that the former chart did not have.
 *
 * @module
 */
import { isRecord } from "../../functions/schema/unknown.ts";
import type { Schema } from "./schema.ts";

/**
 * Those of `values` that must not be nothing. What may be null, or is Kubernetes' own (`$ref`), is left out: there null
 * means that there is to be none. So are keys of the user's own, such as labels, each of which may be taken away.
 */
export function defaultsOf(
  schema: Schema,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const value = values[key];
    if (!property || !isNeeded(property) || value === undefined || value === null) return [];
    if (!isRecord(value)) return [[key, value] as const];
    return property.properties === undefined && Object.keys(value).length > 0
      ? []
      : [[key, defaultsOf(property, value)] as const];
  });
  return Object.fromEntries(known);
}

function isNeeded({ $ref, type = [] }: Schema): boolean {
  return $ref === undefined && ![type].flat().includes("null");
}
