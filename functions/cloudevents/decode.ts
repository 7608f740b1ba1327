/**
 * HTTP request to CloudEvents, in the three content modes of the HTTP protocol binding:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 *
 * Written here because the SDK's `HTTP.toEvent` checks too little for an open port (it takes any version and time,
 * leaves data as text, and throws what is no validation error) and its import would be paid on every wake. Tests
 * hold this decoder against the SDK.
 *
 * @module
 */
import { quote } from "./attributes.ts";
import { decodeBinary, isBinary } from "./binary.ts";
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

/** What is needed of the Fetch API's `Headers`. */
export interface EventHeaders {
  get(name: string): string | null;
  forEach(callback: (value: string, name: string) => void): void;
}

export interface EventRequest {
  readonly headers: EventHeaders;
  /** At most as many bytes as the caller's limit. */
  readonly body: Uint8Array;
}

/** Entries of one batch. A batch is worked off within one request, so it must not grow without bound. */
export const MAX_BATCH_ENTRIES = 1_000;

/**
 * Reads the events of a request: one in binary and structured mode, any number in batch mode. Entries of a batch
 * that are no events come back as errors in their place, so that they do not cost the others.
 *
 * @throws {MalformedEventError} if the request as a whole cannot be read; nothing else is ever thrown
 */
export function decodeEvents(request: EventRequest): readonly (ReceivedEvent | MalformedEventError)[] {
  const { headers, body } = request;
  requireIdentity(headers.get("content-encoding"));
  const contentType = headers.get("content-type")?.trim() || null;
  const type = contentType === null ? null : parseMediaType(contentType);
  if (type?.name.startsWith("application/cloudevents")) return decodeFormat(type, body);
  if (isBinary(headers)) return [decodeBinary(headers, type, body)];
  throw new NotAnEventError(
    `no CloudEvent: no ce- headers, and the content type is ${type === null ? "missing" : quote(type.name)}`,
  );
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
      throw new UnsupportedContentError(`event format ${quote(type.name)} is not supported, only JSON is`);
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

function requireIdentity(encoding: string | null): void {
  if (encoding === null || /^(identity)?$/i.test(encoding.trim())) return;
  throw new UnsupportedContentError(`content encoding ${quote(encoding)} is not supported`);
}
