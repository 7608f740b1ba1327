/**
 * Shell-like patterns for names: `*` stands for any text, everything else for itself.
 *
 * @module
 */

/** Linear in the text's length for each `*`; no regular expression is made of user input. */
export function matchesGlob(glob: string, text: string): boolean {
  const [head = "", ...parts] = glob.split("*");
  if (parts.length === 0) return glob === text;
  const tail = parts.pop() ?? "";
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let from = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > text.length - tail.length) return false;
    from = found + part.length;
  }
  return true;
}
