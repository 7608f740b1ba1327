/**
 * Why a file could not be read.
 *
 * @module
 */

/** The reason without the path, which whoever reports it names already. */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/, \w+(?: '.*')?$/s, "");
}
