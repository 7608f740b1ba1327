/**
 * Lower case as Go's `strings.ToLower` makes it: one character at a time, never by context, with the tables of
 * Unicode 15. JavaScript differs for a final sigma, for the dotted capital I and for newer letters.
 *
 * @module
 */

const dottedCapitalI = 0x130;

/** First and last code points of capital letters that Unicode 16 and 17 brought. */
const newerCapitals: readonly (readonly [first: number, last: number])[] = [
  [0x1c89, 0x1c89],
  [0xa7cb, 0xa7ce],
  [0xa7d2, 0xa7d4],
  [0xa7da, 0xa7dc],
  [0x10d50, 0x10d65],
  [0x16ea0, 0x16eb8],
];

export function lowerCase(text: string): string {
  let isAscii = true;
  for (let index = 0; index < text.length && isAscii; index++) {
    isAscii = text.charCodeAt(index) < 0x80;
  }
  return isAscii ? text.toLowerCase() : Array.from(text, lowerCharacter).join("");
}

function lowerCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === dottedCapitalI) {
    return "i";
  }
  return newerCapitals.some(([first, last]) => code >= first && code <= last)
    ? character
    : character.toLowerCase();
}
