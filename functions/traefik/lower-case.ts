/**
 * Lower case as Go's `strings.ToLower` makes it: one character at a time, never by context. JavaScript differs for a
 * final sigma and for the dotted capital I.
 *
 * @module
 */

const dottedCapitalI = 0x130;

export function lowerCase(text: string): string {
  let isAscii = true;
  for (let index = 0; index < text.length && isAscii; index++) {
    isAscii = text.charCodeAt(index) < 0x80;
  }
  if (isAscii) {
    return text.toLowerCase();
  }
  let lower = "";
  for (const character of text) {
    lower += character.codePointAt(0) === dottedCapitalI ? "i" : character.toLowerCase();
  }
  return lower;
}
