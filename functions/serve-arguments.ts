/**
 * Arguments of the function, read without an argument parser: they are read on every wake.
 *
 * @module
 */
import type { ServeOptions } from "./main.ts";

const USAGE = "usage: serve.cjs [--config FILE] [--port N]";

/** The options, or a text that says what is wrong and how it is used. `CONFIG_FILE` stands in for `--config`. */
export function parseServeArguments(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): { readonly options: ServeOptions } | { readonly usage: string } {
  let config = env.CONFIG_FILE || null;
  let port: number | null = null;
  const rest = words.flatMap((word) => (/^--\w+=/.test(word) ? word.split(/=(.*)/s, 2) : [word])).values();
  for (const word of rest) {
    const value = rest.next().value;
    if (word !== "--config" && word !== "--port") return { usage: `unknown argument ${word}\n${USAGE}` };
    if (value === undefined) return { usage: `${word} needs a value\n${USAGE}` };
    if (word === "--config") config = value;
    else {
      port = parsePort(value);
      if (port === null) return { usage: `--port ${value} is no port, expected 0 to 65535\n${USAGE}` };
    }
  }
  return { options: { config, port } };
}

/** A port number, 0 for any free one; null if the text is none. */
export function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : null;
}
