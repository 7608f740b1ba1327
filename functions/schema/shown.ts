/**
 * How a text that somebody else wrote is shown in a message.
 *
 * @module
 */

/** Quotes text from a user for a message, as it was written: see `plain`. */
export function shown(text: string): string {
  return `"${plain(text)}"`;
}

/** Text from a user for a message: cut when long, and what cannot be seen escaped. */
export function plain(text: string, longest = 64): string {
  return cut(text, longest).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
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
