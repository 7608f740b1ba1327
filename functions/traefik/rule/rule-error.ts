/**
 * What is wrong with a rule.
 *
 * @module
 */

/**
 * Why a rule gives no hosts. `parse`: Traefik cannot extract from it. `load`: it parses, yet Traefik refuses the
 * router under its syntax. `position` is a 0-based UTF-8 byte offset into the rule.
 */
export interface RuleError {
  readonly stage: "parse" | "load";
  readonly message: string;
  readonly position: number;
}

/** A rule that Traefik cannot parse. `index` counts UTF-16 code units into the rule. */
export class RuleParseError extends Error {
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.name = "RuleParseError";
    this.index = index;
  }
}
