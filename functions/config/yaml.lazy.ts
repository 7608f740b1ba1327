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

/** One document of a stream, or why it cannot be read. */
export type YamlDocument =
  | { readonly value: unknown; readonly line: number }
  | { readonly error: YamlError; readonly line: number };

/** The documents of a stream in their order, empty ones left out, each with its 1-based first line. */
export function parseYamlDocuments(text: string): readonly YamlDocument[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: true, strict: true });
  return [...documents].flatMap((document): YamlDocument[] => {
    const line = lineCounter.linePos(document.contents?.range?.[0] ?? document.range?.[0] ?? 0).line;
    const [error] = document.errors;
    if (error !== undefined)
      return [{ error: new YamlError(firstLine(error.message), { cause: error }), line }];
    if (document.contents === null) return [];
    try {
      return [{ value: document.toJS({ maxAliasCount: 100 }) as unknown, line }];
    } catch (cause) {
      return [
        { error: new YamlError(cause instanceof Error ? cause.message : String(cause), { cause }), line },
      ];
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
function firstLine(message: string): string {
  return (message.split("\n", 1)[0] ?? message).replace(/:$/, "");
}
