/**
 * When a rule needs a compiler of regular expressions, which is loaded only then.
 *
 * @module
 */

/** Compiles a Go regular expression: null when it is fine, else the error message. */
export type CompileRegexp = (pattern: string) => string | null;

/** True when a rule may hold a regular expression, so that its analysis may call `compileRegexp`. Cheap. */
export function mayNeedRegexp(rule: string): boolean {
  // An escape in double quotes can spell a brace.
  return rule.includes("{") || rule.includes("\\") || /regexp/i.test(rule);
}
