/**
 * The data of a resync event: `{namespace, name, confirmDeletions}`, all of them optional.
 *
 * @module
 */
import { isNamespaceName, isObjectName } from "../schema/object-names.ts";
import { shown } from "../schema/shown.ts";
import type { ResyncScope } from "../work.ts";
import { InvalidPayloadError } from "./errors.ts";
import { isJsonObject, type JsonObject, member } from "./json.ts";

export const EVERYTHING: ResyncScope = { namespace: null, name: null, confirmDeletions: false };

/**
 * Reads the scope. No data, null, an empty text and an empty object all mean everything.
 *
 * @throws {InvalidPayloadError} that names the field, what was found and what is expected
 */
export function parseScope(data: unknown): ResyncScope {
  if (data === undefined || data === null || data === "") return EVERYTHING;
  if (!isJsonObject(data)) throw new InvalidPayloadError("data is not a JSON object");
  const namespace = text(data, "namespace");
  const name = text(data, "name");
  const confirmDeletions = member(data, "confirmDeletions") ?? false;
  if (typeof confirmDeletions !== "boolean") {
    throw new InvalidPayloadError(
      `confirmDeletions in the data is ${found(confirmDeletions)}, expected true or false`,
    );
  }
  if (namespace !== null && !isNamespaceName(namespace)) {
    throw new InvalidPayloadError(`namespace in the data is ${shown(namespace)}, which is no valid name`);
  }
  if (name !== null && !isObjectName(name)) {
    throw new InvalidPayloadError(`name in the data is ${shown(name)}, which is no valid object name`);
  }
  if (name !== null && namespace === null) {
    throw new InvalidPayloadError(
      "the data has a name but no namespace; give both, or neither for everything",
    );
  }
  return { namespace, name, confirmDeletions };
}

function text(data: JsonObject, field: string): string | null {
  const value = member(data, field);
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  throw new InvalidPayloadError(`${field} in the data is ${found(value)}, expected a string`);
}

function found(value: unknown): string {
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return `the ${typeof value} ${shown(String(value))}`;
}
