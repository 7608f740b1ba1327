/**
 * JSON from the wire. V8's parser is iterative, so nesting cannot overflow the stack; `__proto__` becomes an own
 * property. What is read from the result goes through `Object.hasOwn`, see {@link member}.
 *
 * @module
 */
import { isRecord } from "../schema/unknown.ts";
import { InvalidDataError } from "./errors.ts";

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

/** An own property, never one of a prototype; null and absent are the same. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}
