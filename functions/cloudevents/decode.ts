/**
 * HTTP request to CloudEvents, in the three content modes of the HTTP protocol binding:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 *
 * Written here because the SDK's `HTTP.toEvent` checks too little for an open port (it takes any version and time,
 * leaves data as text, and throws what is no validation error) and its import would be paid on every cold start. Tests
 * hold this decoder against the SDK.
 *
 * @module
 */
import { shown } from "../schema/shown.ts";
import { decodeBinary, type EventHeaders } from "./binary.ts";
import {
  BatchTooLargeError,
  InvalidDataError,
  MalformedEventError,
  NotAnEventError,
  UnsupportedContentError,
} from "./errors.ts";
import { parseJson } from "./json.ts";
import { type MediaType, parseMediaType, requireUtf8 } from "./media-type.ts";
import type { ReceivedEvent } from "./received-event.ts";
import { decodeStructured } from "./structured.ts";
import { isNamedByAttributes } from "./subject.ts";

export interface EventRequest {
  readonly headers: EventHeaders;
  /** At most as many bytes as the caller's limit. */
  readonly body: Uint8Array;
}

/** Entries of one batch. A batch is worked off within one request, so it must not grow without bound. */
const MAX_BATCH_ENTRIES = 1_000;

/**
 * Reads the events of a request: one in binary and structured mode, any number in batch mode. Entries of a batch
 * that are no events come back as errors in their place, so that they do not cost the others.
 *
 * @throws {MalformedEventError} if the request as a whole cannot be read; nothing else is ever thrown
 */
export function decodeEvents(request: EventRequest): readonly (ReceivedEvent | MalformedEventError)[] {
  const { headers, body } = request;
  requireIdentity(headers.get("content-encoding") ?? "");
  const type = typeOf(headers);
  if (type !== null && isEventFormat(type)) return decodeFormat(type, body);
  const event = decodeBinary(headers, type, body);
  if (event !== null) return [event];
  throw new NotAnEventError(
    `no CloudEvent: no ce- headers, and the content type is ${type === null ? "missing" : shown(type.name)}`,
  );
}

/**
 * Reads the event of a request whose body is too large to be kept. A source in Resource mode sends whole objects, yet
 * its attributes name the object too, and more is not needed. Null where they do not, or the body must be read.
 *
 * @throws {MalformedEventError} if the attributes are those of no event
 */
export function decodeWithoutBody(headers: EventHeaders): ReceivedEvent | null {
  const type = typeOf(headers);
  if (type !== null && isEventFormat(type)) return null;
  const event = decodeBinary(headers, type, new Uint8Array());
  return event !== null && isNamedByAttributes(event) ? event : null;
}

function typeOf(headers: EventHeaders): MediaType | null {
  const contentType = headers.get("content-type")?.trim() || null;
  return contentType === null ? null : parseMediaType(contentType);
}

function isEventFormat(type: MediaType): boolean {
  return type.name.startsWith("application/cloudevents");
}

function decodeFormat(type: MediaType, body: Uint8Array): readonly (ReceivedEvent | MalformedEventError)[] {
  requireUtf8(type);
  switch (type.name) {
    case "application/cloudevents":
    case "application/cloudevents+json":
      return [decodeStructured(parseJson(body, "the body"))];
    case "application/cloudevents-batch":
    case "application/cloudevents-batch+json":
      return decodeBatch(parseJson(body, "the body"));
    default:
      throw new UnsupportedContentError(`event format ${shown(type.name)} is not supported, only JSON is`);
  }
}

function decodeBatch(entries: unknown): readonly (ReceivedEvent | MalformedEventError)[] {
  if (!Array.isArray(entries)) throw new InvalidDataError("the batch is not a JSON array");
  if (entries.length > MAX_BATCH_ENTRIES) {
    throw new BatchTooLargeError(
      `the batch has ${entries.length} entries, at most ${MAX_BATCH_ENTRIES} are read`,
    );
  }
  return entries.map((entry: unknown, index) => {
    try {
      return decodeStructured(entry);
    } catch (error) {
      if (!(error instanceof MalformedEventError)) throw error;
      return new MalformedEventError(`entry ${index} of the batch: ${error.message}`, { cause: error });
    }
  });
}

function requireIdentity(encoding = ""): void {
  if (/^(identity)?$/i.test(encoding.trim())) return;
  throw new UnsupportedContentError(`content encoding ${shown(encoding)} is not supported`);
}
