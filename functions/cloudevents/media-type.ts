/**
 * Content types, normalised: `Application/JSON ; Charset="UTF-8"` is `application/json` in UTF-8.
 *
 * @module
 */
import { MIMEType } from "node:util";
import { shown } from "../schema/shown.ts";
import { UnsupportedContentError } from "./errors.ts";

/** JSON is UTF-8; ASCII is a part of it, and some senders say so. */
const CHARACTER_SETS = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);

export interface MediaType {
  /** `type/subtype`, lower-case. */
  readonly name: string;
  /** Lower-case; null where none is given. */
  readonly charset: string | null;
}

/**
 * Reads a `Content-Type`.
 *
 * @throws {UnsupportedContentError} if it is not of the form `type/subtype`
 */
export function parseMediaType(text: string): MediaType {
  try {
    const { essence, params } = new MIMEType(text);
    return { name: essence, charset: params.get("charset")?.toLowerCase() ?? null };
  } catch (cause) {
    throw new UnsupportedContentError(`content type ${shown(text)} is not of the form type/subtype`, {
      cause,
    });
  }
}

/** Whether data of this type is JSON, by name or by the suffix of RFC 6839. */
export function isJson(type: MediaType): boolean {
  return type.name === "application/json" || type.name === "text/json" || type.name.endsWith("+json");
}

/** @throws {UnsupportedContentError} if text of this type is not UTF-8 */
export function requireUtf8(type: MediaType): void {
  if (type.charset === null || CHARACTER_SETS.has(type.charset)) return;
  throw new UnsupportedContentError(`character set ${shown(type.charset)} is not supported, expected utf-8`);
}
