/**
 * JSON objects one after another, on lines of their own or not, as `kubectl` reads them.
 *
 * @module
 */

/** One value of a stream, or why it cannot be read. `index` counts UTF-16 code units from the text's start. */
export type JsonValue =
  | { readonly value: unknown; readonly index: number }
  | { readonly error: string; readonly index: number };

/** The values of the text; null where it is not JSON throughout, so that it is for a parser of YAML to say more. */
export function parseJsonStream(text: string, start: number): readonly JsonValue[] | null {
  const values: JsonValue[] = [];
  for (let index = nextToken(text, start); index < text.length; ) {
    const extent = scan(text, index);
    if (extent === null) return null;
    try {
      const value: unknown = JSON.parse(text.slice(index, extent.end));
      const { duplicate } = extent;
      values.push(
        duplicate === null
          ? { value, index }
          : { error: `the key ${duplicate.key} stands twice in one object`, index: duplicate.index },
      );
    } catch {
      return null;
    }
    index = nextToken(text, extent.end);
  }
  return values;
}

function nextToken(text: string, index: number): number {
  let at = index;
  while (at < text.length && " \t\r\n\uFEFF".includes(text.charAt(at))) at++;
  return at;
}

interface Extent {
  readonly end: number;
  /** A key that an object has twice: `JSON.parse` takes the last without a word. */
  readonly duplicate: { readonly key: string; readonly index: number } | null;
}

/** How far the object or list that begins there goes; null where nothing of that kind does. */
function scan(text: string, start: number): Extent | null {
  /** The keys of each object that is open, null for a list. */
  const open: (Set<string> | null)[] = [];
  let duplicate: Extent["duplicate"] = null;
  let isKeyNext = false;
  for (let index = start; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: {
        const end = endOfString(text, index);
        if (open.length === 0 || end === null) return null;
        const keys = open.at(-1);
        if (isKeyNext && keys) {
          const key = text.slice(index, end);
          if (keys.has(key)) duplicate ??= { key, index };
          keys.add(key);
        }
        isKeyNext = false;
        index = end - 1;
        break;
      }
      case 0x7b:
        open.push(new Set());
        isKeyNext = true;
        break;
      case 0x5b:
        open.push(null);
        isKeyNext = false;
        break;
      case 0x2c:
        isKeyNext = open.at(-1) !== null;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        if (open.length === 0) return { end: index + 1, duplicate };
        break;
      default:
        if (open.length === 0) return null;
    }
  }
  return null;
}

/** The index behind the closing quote. */
function endOfString(text: string, start: number): number | null {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22) return index + 1;
    if (code === 0x5c) index++;
    else if (code < 0x20) return null;
  }
  return null;
}
