/**
 * Colours, on a terminal only.
 *
 * @module
 */
import { styleText } from "node:util";
import type { Terminal } from "./terminal.ts";

export type Colour = "green" | "red" | "yellow" | "bold" | "dim";

/** Wraps a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** No colours into files and pipes, on terminals without any, and where `NO_COLOR` is set (no-color.org). */
export function painter(terminal: Pick<Terminal, "isTerminal" | "env" | "own">): Paint {
  const { isTerminal, env } = terminal;
  const plain = isTerminal?.out !== true || Boolean(env.NO_COLOR) || env.TERM === "dumb";
  if (plain) return (_, text) => text;
  const own = (sequence: string) => terminal.own?.(sequence) ?? sequence;
  return (colour, text) => {
    const [open = "", close = ""] = styleText(colour, " ", { validateStream: false }).split(" ");
    return own(open) + text + own(close);
  };
}
