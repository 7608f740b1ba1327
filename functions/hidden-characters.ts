/**
 * Characters that a reader does not see, and by which a text could command a terminal or look like another one.
 *
 * @module
 */

/** Control characters but for line feed and tab, marks of direction (bidi), line separators, byte order marks. */
const HIDDEN =
  "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff";

export const HIDDEN_CHARACTERS = new RegExp(`[${HIDDEN}]`);

const EACH_HIDDEN = new RegExp(`[${HIDDEN}]`, "g");

/**
 * The text with each of them as an escape such as `\u001b`. Within strings of JSON, and of YAML in double quotes, that
 * means the same character.
 */
export function visible(text: string): string {
  return HIDDEN_CHARACTERS.test(text) ? text.replace(EACH_HIDDEN, escaped) : text;
}

/** A text that is to stand on one line does, whatever it says. */
export function oneLine(text: string): string {
  return text.replaceAll("\n", "\\n");
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
