/**
 * Arguments and environment of the function, read without an argument parser: they are read on every cold start.
 *
 * @module
 */
import { InvalidConfigurationError } from "./config/configuration.ts";
import type { ConfigMapName } from "./reconcile/resync/confirm.ts";
import { isNamespaceName, isObjectName } from "./schema/object-names.ts";
import { shown } from "./schema/shown.ts";

const USAGE = "usage: serve.cjs [--config FILE] [--port N]";

export interface ServeOptions {
  /** Path of the configuration file; null: the defaults. */
  readonly config: string | null;
  /** Null: `PORT`, else 8080. */
  readonly port: number | null;
}

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

/** `K_SINK` as Knative's SinkBinding sets it. */
export function sinkOf({ K_SINK }: NodeJS.ProcessEnv): URL | null {
  if (!K_SINK) return null;
  if (URL.canParse(K_SINK)) return new URL(K_SINK);
  throw new InvalidConfigurationError([
    { path: "K_SINK", found: shown(K_SINK), expected: "an http or https URL" },
  ]);
}

/** `CONFIG_MAP`, the installation's own. */
export function configMapOf({ CONFIG_MAP }: NodeJS.ProcessEnv): ConfigMapName | null {
  if (!CONFIG_MAP) return null;
  const [namespace = "", name = "", ...rest] = CONFIG_MAP.split("/");
  if (isNamespaceName(namespace) && isObjectName(name) && rest.length === 0) return { namespace, name };
  throw new InvalidConfigurationError([
    { path: "CONFIG_MAP", found: shown(CONFIG_MAP), expected: "<namespace>/<name> of a ConfigMap" },
  ]);
}
