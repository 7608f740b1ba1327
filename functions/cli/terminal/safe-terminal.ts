/**
 * The one way of all output: what files and clusters say never commands a terminal.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { oneLine, visible } from "../../hidden-characters.ts";
import type { Terminal } from "./terminal.ts";

/** The terminal on which what was asked for, such as the name of a file, breaks no line of standard error. */
export function unbroken(terminal: Terminal, asked: readonly (string | undefined)[]): Terminal {
  const broken = asked
    .filter((text) => text !== undefined)
    .filter((text) => text.includes("\n") && text.trim() !== "");
  if (broken.length === 0) return terminal;
  const mended = (line: string) => broken.reduce((text, word) => text.replaceAll(word, oneLine(word)), line);
  return { ...terminal, stdin: () => terminal.stdin(), err: (text) => terminal.err(mended(text)) };
}

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
