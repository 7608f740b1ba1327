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
export function painter({ isTerminal, env }: Pick<Terminal, "isTerminal" | "env">): Paint {
  const plain = isTerminal?.out !== true || Boolean(env.NO_COLOR) || env.TERM === "dumb";
  return plain ? (_, text) => text : (colour, text) => styleText(colour, text, { validateStream: false });
}
