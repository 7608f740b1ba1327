/**
 * Where a resync event goes, and with what, as Knative's SinkBinding says it:
 * https://knative.dev/docs/eventing/custom-event-source/sinkbinding/
 *
 * @module
 */
import { shown } from "../../schema/shown.ts";
import { isRecord } from "../../schema/unknown.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";

export interface Sink {
  readonly url: URL;
  /** Extension attributes that every event gets. */
  readonly extensions: Readonly<Record<string, string>>;
  /** PEM certificates to trust besides the usual ones; null where there are none. */
  readonly caCerts: string | null;
}

/**
 * @param to overrides `K_SINK`
 * @throws {UsageError} that names the variable or the option and says what is expected
 */
export function readSink(to: string | undefined, env: Terminal["env"]): Sink {
  const text = to ?? env.K_SINK;
  if (!text) throw new UsageError("there is nowhere to send to; give --to URL, or set K_SINK");
  return {
    url: parseUrl(text, to === undefined ? "K_SINK" : "--to"),
    extensions: env.K_CE_OVERRIDES ? parseOverrides(env.K_CE_OVERRIDES) : {},
    caCerts: env.K_CA_CERTS || null,
  };
}

function parseUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new UsageError(`${name}: found ${shown(text)}, expected an http or https URL`);
}

function parseOverrides(text: string): Record<string, string> {
  const expected = 'expected JSON such as {"extensions": {"name": "value"}}';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`K_CE_OVERRIDES is not JSON, ${expected}`, { cause });
  }
  const extensions = isRecord(parsed) ? (parsed.extensions ?? {}) : null;
  if (!isRecord(extensions)) throw new UsageError(`K_CE_OVERRIDES has no object of extensions, ${expected}`);
  return Object.fromEntries(
    Object.entries(extensions).map(([name, value]) => {
      if (/^[a-z0-9]+$/.test(name) && typeof value === "string") return [name, value];
      throw new UsageError(`K_CE_OVERRIDES: ${name} is no extension with a text as its value, ${expected}`);
    }),
  );
}
