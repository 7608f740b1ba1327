/**
 * Bytes of a file to text: UTF-8, or UTF-16 as PowerShell writes it.
 *
 * @module
 */

/** What a UTF-16 text begins with: its byte order mark, or an ASCII character where there is none. */
const ENCODINGS: readonly [encoding: string, begins: (first: number, second: number) => boolean][] = [
  ["utf-16le", (first, second) => (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)],
  ["utf-16be", (first, second) => (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)],
];

/** Without byte order marks: one stands at the start, and wherever files were put one after another. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === undefined || second === undefined
      ? undefined
      : ENCODINGS.find(([, begins]) => begins(first, second))?.[0];
  const text = new TextDecoder(encoding ?? "utf-8").decode(bytes);
  return text.replaceAll(/^\uFEFF+/gm, "").replaceAll(/\uFEFF+(?=---\s)/g, "\n");
}
