/**
 * What is wrong with a rule, and how a piece of a rule is shown in a message.
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

/** Quotes text from a user for a message, as it was written: see `plain`. */
export function shown(text: string): string {
  return `"${plain(text)}"`;
}

/** Text from a user for a message: cut when long, and what cannot be seen escaped. */
export function plain(text: string): string {
  return cut(text, 64).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

function escaped(character: string): string {
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
  const code = character.codePointAt(0) ?? 0;
  return short ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`);
}

/** Cuts what would make a message long. */
export function cut(text: string, longest: number): string {
  return (text.length > longest ? `${text.slice(0, longest)}…` : text).toWellFormed();
}
