/**
 * The JSON event format, for structured and batch mode:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 *
 * @module
 */
import { optional, toEvent } from "./attributes.ts";
import { InvalidDataError } from "./errors.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { isJson, parseMediaType } from "./media-type.ts";
import type { ReceivedEvent } from "./received-event.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads one event in the JSON format.
 *
 * @param value parsed JSON
 * @throws {MalformedEventError}
 */
export function decodeStructured(value: unknown): ReceivedEvent {
  if (!isJsonObject(value)) throw new InvalidDataError("the event is not a JSON object");
  const attributes = new Map(Object.entries(value));
  const data = attributes.get("data");
  const encoded = attributes.get("data_base64");
  attributes.delete("data");
  attributes.delete("data_base64");
  if (encoded === undefined || encoded === null) return toEvent(attributes, data ?? undefined);
  if (data !== undefined) throw new InvalidDataError("the event has both data and data_base64");
  return toEvent(attributes, dataOf(encoded, optional(attributes, "datacontenttype")));
}

function dataOf(encoded: unknown, contentType: string | null): unknown {
  if (typeof encoded !== "string" || !BASE64.test(encoded)) {
    throw new InvalidDataError("data_base64 is not a base64 string");
  }
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length === 0) return undefined;
  return contentType === null || isJson(parseMediaType(contentType))
    ? parseJson(bytes, "data_base64")
    : bytes;
}
