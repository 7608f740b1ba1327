/**
 * YAML, for configuration files that people write and for the CLI. The chart mounts JSON, so a wake never loads this.
 *
 * @module
 */
import { LineCounter, parseAllDocuments, stringify } from "yaml";

/** The text is not YAML; the message has line and column. */
export class YamlError extends Error {
  override readonly name = "YamlError";
}

/** One document of a stream, or why it cannot be read. `number` and `line`, its first, count from 1. */
export type YamlDocument =
  | { readonly value: unknown; readonly number: number; readonly line: number }
  | { readonly error: YamlError; readonly number: number; readonly line: number };

/** The documents of a stream in their order, empty ones left out. */
export function parseYamlDocuments(text: string): readonly YamlDocument[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: true, strict: true });
  return [...documents].flatMap((document, index): YamlDocument[] => {
    const line = lineCounter.linePos(document.contents?.range?.[0] ?? document.range?.[0] ?? 0).line;
    const place = { number: index + 1, line };
    const [error] = document.errors;
    if (error !== undefined) return [{ error: yamlError(error), ...place }];
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      return value === null || value === undefined ? [] : [{ value, ...place }];
    } catch (cause) {
      return [{ error: yamlError(cause), ...place }];
    }
  });
}

/** @throws {YamlError} also if there is more than one document */
export function parseYaml(text: string): unknown {
  const [first, ...rest] = parseYamlDocuments(text);
  if (rest.length > 0) throw new YamlError("there is more than one document");
  if (first === undefined) return undefined;
  if ("error" in first) throw first.error;
  return first.value;
}

/** One document, without line breaks of ours in long strings. */
export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The library adds an excerpt of the text, which would need a terminal's width. */
function yamlError(cause: unknown): YamlError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new YamlError((message.split("\n", 1)[0] ?? message).replace(/:$/, ""), { cause });
}
