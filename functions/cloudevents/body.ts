/**
 * Reads a request's body up to a limit. Not one byte more is kept than the limit allows.
 *
 * @module
 */
import { BodyTooLargeError, IncompleteBodyError } from "./errors.ts";

export interface BodySource {
  readonly headers: { get(name: string): string | null | undefined };
  /** Null where the request has no body. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/**
 * @param limit in bytes
 * @throws {BodyTooLargeError} as soon as it is known, from the length announced or from what has arrived
 * @throws {IncompleteBodyError} if the sender hung up
 */
export async function readBody(request: BodySource, limit: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof BodyTooLargeError) throw cause;
    throw new IncompleteBodyError("the body ended early", { cause });
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

function tooLarge(limit: number): BodyTooLargeError {
  return new BodyTooLargeError(`the body is larger than ${limit} bytes`);
}
