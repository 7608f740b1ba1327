/**
 * What kind of error it was, for `error.type`.
 *
 * @module
 */

/** OpenTelemetry's word for anything else. */
const OTHER = "_OTHER";

/** The code of Node's error behind it, such as `ECONNREFUSED`: names of classes are others in the bundle. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return OTHER;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : errorTypeOf(error.cause);
}
