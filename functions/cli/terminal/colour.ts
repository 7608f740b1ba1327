/**
 * Colours, on a terminal only.
 *
 * @module
 */
import type { Terminal } from "./terminal.ts";

const CODES = { green: 32, red: 31, yellow: 33, bold: 1, dim: 2 } as const;

export type Colour = keyof typeof CODES;

/** Wraps a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** No colours into files and pipes, on terminals without any, and where `NO_COLOR` is set (no-color.org). */
export function painter(terminal: Pick<Terminal, "isTerminal" | "env" | "own">): Paint {
  const { isTerminal, env } = terminal;
  const plain = isTerminal?.out !== true || Boolean(env.NO_COLOR) || env.TERM === "dumb";
  const code = (number: number) => {
    const sequence = `\u001b[${number}m`;
    return terminal.own?.(sequence) ?? sequence;
  };
  return plain ? (_, text) => text : (colour, text) => `${code(CODES[colour])}${text}${code(0)}`;
}
