/**
 * JSON from the wire. V8's parser is iterative, so nesting cannot overflow the stack; `__proto__` becomes an own
 * property. What is read from the result goes through `Object.hasOwn`, see {@link member}.
 *
 * @module
 */

import { shown } from "../schema/shown.ts";
import { isRecord } from "../schema/unknown.ts";
import { InvalidDataError, InvalidPayloadError } from "./errors.ts";

/**
 * Parses UTF-8 JSON.
 *
 * @param what names the text in the message of the error
 * @throws {InvalidDataError} if it is not UTF-8 or not JSON
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InvalidDataError(`${what} is not UTF-8`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidDataError(`${what} is not JSON`, { cause });
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value) && !ArrayBuffer.isView(value);
}

/** The data of an event as an object. */
export function dataObject(data: unknown): JsonObject {
  if (!isJsonObject(data)) throw new InvalidPayloadError("data is not a JSON object");
  return data;
}

/** A member that must be a string where it is there; null where it is not. */
export function stringMember(data: JsonObject, name: string): string | null {
  const value = member(data, name) ?? null;
  if (value === null || typeof value === "string") return value;
  throw new InvalidPayloadError(`${name} in the data is ${found(value)}, expected a string`);
}

/** What stands where something else is expected. */
export function found(value: unknown): string {
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return `the ${typeof value} ${shown(String(value))}`;
}

/** An own property, never one of a prototype; null and absent are the same. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}
