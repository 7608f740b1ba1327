/**
 * Why a request is no event that we can act on. All of them answer 400: sending the same again cannot help.
 *
 * @module
 */

/** Base of everything that is wrong with the request itself. The message is safe to send back to the sender. */
export class MalformedEventError extends Error {
  override name = "MalformedEventError";
}

/** Neither a CloudEvents content type nor `ce-` headers. */
export class NotAnEventError extends MalformedEventError {
  override name = "NotAnEventError";
}

/** Content type, character set or content encoding that this receiver does not read. */
export class UnsupportedContentError extends MalformedEventError {
  override name = "UnsupportedContentError";
}

/** More bytes than the limit; they were not read. */
export class BodyTooLargeError extends MalformedEventError {
  override name = "BodyTooLargeError";
}

/** The sender hung up before the body was complete. */
export class IncompleteBodyError extends MalformedEventError {
  override name = "IncompleteBodyError";
}

/** More events in one batch than the limit. */
export class BatchTooLargeError extends MalformedEventError {
  override name = "BatchTooLargeError";
}

/** A context attribute is missing, has the wrong type, or is not what the specification allows. */
export class InvalidAttributeError extends MalformedEventError {
  override name = "InvalidAttributeError";
}

/** The body or the data is not what its content type says. */
export class InvalidDataError extends MalformedEventError {
  override name = "InvalidDataError";
}

/** A well-formed event of a type that we handle, whose content names no object. */
export class InvalidPayloadError extends MalformedEventError {
  override name = "InvalidPayloadError";
}
