/**
 * Which regular expressions Go accepts, by the maintained RE2 port. Loaded only when a rule has one.
 *
 * The patterns come from users and are checked, never run. So a pattern is first split into pieces, and pieces whose
 * meaning costs much are put in cheaper words; then the port parses it without compiling, for a pattern of ten
 * kilobytes can compile to a gigabyte.
 *
 * The pieces also decide what Go accepts and the port does not: names of groups that repeat, and other spellings of
 * Unicode classes, as in `\p{greek}`. Which classes there are is Go's business too: its tables are of Unicode 15, and
 * scripts with an underscore in their name have been out of reach since Go 1.25.
 *
 * @module
 */
import { RE2JS } from "re2js";

/** Null where Go's `regexp.Compile` accepts the pattern, else why not. */
export function compileRegexp(pattern: string): string | null {
  const pieces = splitPattern(pattern);
  return faultOfPieces(pieces) ?? parseFault(pieces.map(({ cheap }) => cheap).join(""));
}

const surplusParenthesis = "unexpected )";

/**
 * Parses a pattern whose parentheses balance without compiling it: behind one more closing parenthesis the port
 * gives up, right after it has parsed the rest.
 */
function parseFault(pattern: string): string | null {
  try {
    RE2JS.compile(`${pattern})`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.includes(surplusParenthesis) ? null : message.replace(/^error parsing regexp: /, "");
  }
  throw new Error(`the RE2 port accepts a surplus parenthesis behind ${JSON.stringify(pattern)}`);
}

/** A part of a pattern that means something on its own. */
interface Piece {
  readonly text: string;
  readonly kind: "open" | "close" | "unicode" | "danglingBackslash" | "other";
  /** What stands for it in the pattern that the port parses: as valid or invalid, only cheaper. */
  readonly cheap: string;
}

function faultOfPieces(pieces: readonly Piece[]): string | null {
  let depth = 0;
  for (const { kind, text } of pieces) {
    depth += kind === "open" ? 1 : kind === "close" ? -1 : 0;
    if (depth < 0) {
      return surplusParenthesis;
    }
    if (kind === "danglingBackslash") {
      return "trailing backslash at end of expression";
    }
    if (kind === "unicode" && !isUnicodeClass(text)) {
      return `invalid character class range: ${text.toWellFormed()}`;
    }
  }
  return depth === 0 ? null : "missing closing )";
}

function other(text: string, cheap = text): Piece {
  return { text, kind: "other", cheap };
}

function splitPattern(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  // Behind the last `:]` a search for one would cost the rest of the pattern each time.
  const lastNamedClass = pattern.lastIndexOf(":]");
  for (let index = 0; index < pattern.length; ) {
    const piece = pieceAt(pattern, index);
    pieces.push(piece);
    index += piece.text.length;
    if (piece.text[0] === "[") {
      index = splitClass(pattern, index, lastNamedClass, pieces);
    }
  }
  return pieces;
}

const group = /\((?:\?(?:P?<(?<name>[A-Za-z0-9_]+)>|(?<flags>[imsU-]*)(?<end>[:)])))?/y;

/** The piece outside character classes that starts at `start`; of a class, only its opening. */
function pieceAt(pattern: string, start: number): Piece {
  switch (pattern[start]) {
    case "\\":
      return pattern[start + 1] === "Q" ? quotation(pattern, start) : escapeAt(pattern, start);
    case "(":
      return groupAt(pattern, start);
    case ")":
      return { text: ")", kind: "close", cheap: ")" };
    case "[": {
      const opening = pattern[start + 1] === "^" ? "[^" : "[";
      // A bracket in first place is a member of the class.
      return other(pattern[start + opening.length] === "]" ? `${opening}]` : opening);
    }
    default:
      return other(pattern[start] ?? "");
  }
}

/** The opening of a group, or flags. Names and folding of case decide nothing about validity. */
function groupAt(pattern: string, start: number): Piece {
  group.lastIndex = start;
  const match = group.exec(pattern);
  const text = match?.[0] ?? "(";
  if (match?.groups?.end === ")") {
    return other(text, text.replaceAll("i", "s"));
  }
  return { text, kind: "open", cheap: match?.groups?.name === undefined ? text.replaceAll("i", "s") : "(" };
}

function quotation(pattern: string, start: number): Piece {
  const close = pattern.indexOf("\\E", start + 2);
  return close < 0
    ? other(pattern.slice(start), `${pattern.slice(start)}\\E`)
    : other(pattern.slice(start, close + 2));
}

function escapeAt(pattern: string, start: number): Piece {
  const kind = pattern[start + 1];
  if (kind === undefined) {
    return { text: "\\", kind: "danglingBackslash", cheap: "\\" };
  }
  if (kind !== "p" && kind !== "P") {
    return other(pattern.slice(start, start + 2));
  }
  const close = pattern[start + 2] === "{" ? pattern.indexOf("}", start) : start + 2;
  return {
    text: pattern.slice(start, close < 0 ? pattern.length : close + 1),
    kind: "unicode",
    cheap: "\\d",
  };
}

/** Splits what follows the opening of a character class up to its closing bracket. Returns the end. */
function splitClass(pattern: string, start: number, lastNamedClass: number, pieces: Piece[]): number {
  let index = start;
  let isRangeEnd = false;
  while (index < pattern.length) {
    const character = pattern[index] ?? "";
    if (character === "]") {
      pieces.push(other("]"));
      return index + 1;
    }
    const piece: Piece = isRangeEnd ? characterAt(pattern, index) : memberAt(pattern, index, lastNamedClass);
    pieces.push(piece);
    index += piece.text.length;
    const mayStartRange: boolean = !isRangeEnd && isSingleCharacter(piece);
    isRangeEnd = mayStartRange && pattern[index] === "-" && pattern[index + 1] !== "]";
    if (isRangeEnd) {
      pieces.push(other("-"));
      index++;
    }
  }
  return index;
}

/** A named class such as [:alpha:], or what is a member of a class by itself. */
function memberAt(pattern: string, start: number, lastNamedClass: number): Piece {
  if (pattern.startsWith("[:", start)) {
    // Escaped where nothing closes it, lest the port search for that.
    return lastNamedClass < start + 2
      ? other("[", "\\[")
      : other(pattern.slice(start, pattern.indexOf(":]", start + 2) + 2));
  }
  return characterAt(pattern, start);
}

function characterAt(pattern: string, start: number): Piece {
  return pattern[start] === "\\" ? escapeAt(pattern, start) : other(pattern[start] ?? "");
}

function isSingleCharacter({ text, kind }: Piece): boolean {
  return kind === "other" && (text.length === 1 || (text[0] === "\\" && !/[dDsSwW]/.test(text[1] ?? "")));
}

/** Classes of Go 1.26 in the form to which it brings their names: no separators, one capital. */
const unicodeClasses: ReadonlySet<string> = new Set(
  `
  Adlam Ahom Any Arabic Armenian Ascii Assigned Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo
  Brahmi Braille Buginese Buhid C Carian Casedletter Cc Cf Chakma Cham Cherokee Chorasmian
  Closepunctuation Cn Cntrl Co Combiningmark Common Connectorpunctuation Control Coptic Cs Cuneiform
  Currencysymbol Cypriot Cyrillic Dashpunctuation Decimalnumber Deseret Devanagari Digit Dogra Duployan
  Elbasan Elymaic Enclosingmark Ethiopic Finalpunctuation Format Georgian Glagolitic Gothic Grantha Greek
  Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Inherited Initialpunctuation Javanese Kaithi
  Kannada Katakana Kawi Kharoshthi Khmer Khojki Khudawadi L Lao Latin Lc Lepcha Letter Letternumber Limbu
  Lineseparator Lisu Ll Lm Lo Lowercaseletter Lt Lu Lycian Lydian M Mahajani Makasar Malayalam Mandaic
  Manichaean Marchen Mark Mathsymbol Mc Me Medefaidrin Miao Mn Modi Modifierletter Modifiersymbol
  Mongolian Mro Multani Myanmar N Nabataean Nandinagari Nd Newa Nko Nl No Nonspacingmark Number Nushu
  Ogham Openpunctuation Oriya Osage Osmanya Other Otherletter Othernumber Otherpunctuation Othersymbol P
  Palmyrene Paragraphseparator Pc Pd Pe Pf Phoenician Pi Po Privateuse Ps Punct Punctuation Rejang Runic S
  Samaritan Saurashtra Sc Separator Sharada Shavian Siddham Sinhala Sk Sm So Sogdian Soyombo
  Spaceseparator Spacingmark Sundanese Surrogate Symbol Syriac Tagalog Tagbanwa Takri Tamil Tangsa Tangut
  Telugu Thaana Thai Tibetan Tifinagh Tirhuta Titlecaseletter Toto Ugaritic Unassigned Uppercaseletter Vai
  Vithkuqi Wancho Yezidi Yi Z Zl Zp Zs
`
    .trim()
    .split(/\s+/),
);

function isUnicodeClass(text: string): boolean {
  const name = text
    .slice(2)
    .replace(/^\{\^?(.*)\}$/s, "$1")
    .replace(/[_ -]/g, "");
  return unicodeClasses.has(`${name.slice(0, 1).toUpperCase()}${name.slice(1).toLowerCase()}`);
}
