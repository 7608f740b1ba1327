/**
 * Go's regular expressions, by the maintained RE2 port. Loaded only when a rule has one.
 *
 * @module
 */
import { RE2JS } from "re2js";

/** Null where Go's `regexp.Compile` accepts the pattern, else why not. */
export function compileRegexp(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
