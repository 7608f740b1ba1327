/**
 * The data of a resync event: `{namespace, name, confirmDeletions}`, all of them optional.
 *
 * @module
 */
import { isNamespaceName, isObjectName } from "../schema/object-names.ts";
import { shown } from "../schema/shown.ts";
import type { ResyncScope } from "../work.ts";
import { InvalidPayloadError } from "./errors.ts";
import { dataObject, found, member, stringMember } from "./json.ts";

export const EVERYTHING: ResyncScope = { namespace: null, name: null, confirmDeletions: false };

/**
 * Reads the scope. No data, null, an empty text and an empty object all mean everything.
 *
 * @throws {InvalidPayloadError} that names the field, what was found and what is expected
 */
export function parseScope(value: unknown): ResyncScope {
  if (value === undefined || value === null || value === "") return EVERYTHING;
  const data = dataObject(value);
  const namespace = stringMember(data, "namespace");
  const name = stringMember(data, "name");
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
