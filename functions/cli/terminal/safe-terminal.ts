/**
 * The one way of all output: what files and clusters say never commands a terminal.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { visible } from "../../hidden-characters.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The terminal with control characters written as escapes, which in JSON and in YAML mean the same characters. Our own
 * go through between marks that no input can know.
 */
export function safeTerminal(terminal: Terminal): Terminal {
  const mark = `<${randomUUID()}>`;
  const safe = (text: string) =>
    text
      .split(mark)
      .map((part, index) => (index % 2 === 0 ? visible(part) : part))
      .join("");
  return {
    ...terminal,
    out: (text) => terminal.out(safe(text)),
    err: (text) => terminal.err(safe(text)),
    stdin: () => terminal.stdin(),
    own: (sequence) => `${mark}${sequence}${mark}`,
  };
}
