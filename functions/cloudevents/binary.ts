/**
 * Binary content mode: attributes in `ce-` headers, data in the body.
 *
 * @module
 */
import { toEvent } from "./attributes.ts";
import { InvalidAttributeError, MalformedEventError } from "./errors.ts";
import { decodeHeaderValue } from "./header-value.ts";
import { parseJson } from "./json.ts";
import { isJson, type MediaType, requireUtf8 } from "./media-type.ts";
import type { ReceivedEvent } from "./received-event.ts";

/** What the Fetch API's `Headers` and a map by lower-case name have in common. */
export interface EventHeaders {
  get(name: string): string | null | undefined;
  forEach(callback: (value: string, name: string) => void): void;
}

const PREFIX = "ce-";

/**
 * The event in the headers and, of that type, in the body; null where no header says that this is binary mode.
 *
 * @throws {MalformedEventError}
 */
export function decodeBinary(
  headers: EventHeaders,
  type: MediaType | null,
  body: Uint8Array,
): ReceivedEvent | null {
  const attributes = new Map<string, unknown>();
  headers.forEach((value, header) => {
    const name = header.toLowerCase();
    if (!name.startsWith(PREFIX)) return;
    const attribute = name.slice(PREFIX.length);
    if (attribute === "data") throw new InvalidAttributeError("no attribute may have the name data");
    attributes.set(attribute, decodeHeaderValue(attribute, value));
  });
  return attributes.size === 0 ? null : toEvent(attributes, dataOf(type, body));
}

function dataOf(type: MediaType | null, body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  if (type === null) return guess(body);
  if (!isJson(type)) return body;
  requireUtf8(type);
  return parseJson(body, "data");
}

/** Without a content type the data is opaque; senders that forget it mostly mean JSON. */
function guess(body: Uint8Array): unknown {
  try {
    return parseJson(body, "data");
  } catch (error) {
    if (error instanceof MalformedEventError) return body;
    throw error;
  }
}
