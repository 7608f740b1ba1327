/**
 * YAML as `kubectl` and Helm read it, and JSON beside it: for configuration files that people write and for the CLI.
 * The chart mounts JSON, so a cold start never loads this.
 *
 * @module
 */
import {
  Document,
  type DocumentOptions,
  isMap,
  isScalar,
  LineCounter,
  type ParsedNode,
  type ParseOptions,
  parseAllDocuments,
  Scalar,
  type SchemaOptions,
  visit,
  type Document as YamlTree,
} from "yaml";
import { HIDDEN_CHARACTERS, oneLine } from "../hidden-characters.ts";
import { parseJsonStream } from "./json-stream.ts";
import { valueOfTree, YamlValueError } from "./yaml-value.ts";

/** The text is not YAML; the message has line and column. */
export class YamlError extends Error {
  override readonly name = "YamlError";
}

interface Place {
  /** Counts from 1. */
  readonly number: number;
  /** The first line, counted from 1. */
  readonly line: number;
}

/** One document of a stream, or why it cannot be read. */
export type YamlDocument =
  | (Place & {
      readonly value: unknown;
      /** The line of what stands at the path; the first line where that is not known. */
      readonly lineAt: (path: readonly (string | number)[]) => number;
    })
  | (Place & { readonly error: YamlError });

/**
 * The scalars of YAML 1.1 that Kubernetes' own parser knows (`yes`, `0755`, `1_000`, merge keys), and not those that
 * it does not (times).
 */
const AS_KUBERNETES: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: "yaml-1.1",
  customTags: (tags) =>
    tags.filter(
      (tag) =>
        typeof tag === "string" ||
        !(tag.tag.endsWith(":timestamp") || ("format" in tag && tag.format === "TIME")),
    ),
  resolveKnownTags: false,
  strict: true,
  prettyErrors: false,
};

/** The documents of a stream in their order, empty ones left out, each read when it is asked for. */
export function* yamlDocuments(text: string): Generator<YamlDocument, void> {
  const source = new Source(text);
  let count = 0;
  for (let part = 0; part < source.parts; part++) {
    const found = source.read(part, count);
    count += found.length;
    for (const document of found) if (document !== null) yield document;
  }
}

/** All of them at once. */
export function parseYamlDocuments(text: string): readonly YamlDocument[] {
  return [...yamlDocuments(text)];
}

/** @throws {YamlError} also if there is more than one document */
export function parseYaml(text: string): unknown {
  const [first, ...rest] = parseYamlDocuments(text);
  if (first === undefined) return undefined;
  if ("error" in first) throw first.error;
  if (rest.length > 0) throw new YamlError("there is more than one document");
  return first.value;
}

/** Stands in a line of its own above the key. */
export interface YamlComment {
  /** Keys of objects, from the top. */
  readonly path: readonly string[];
  readonly text: string;
}

/**
 * One document, without line breaks of ours in long strings. What a parser of YAML 1.1 would read as something else
 * is quoted, and what a reader would not see is escaped.
 */
export function formatYaml(value: unknown, comments: readonly YamlComment[] = []): string {
  const document = new Document(value, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  for (const { path, text } of comments) {
    const parent = document.getIn(path.slice(0, -1), true);
    const map = path.length === 1 ? document.contents : parent;
    const pair = isMap(map)
      ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
      : undefined;
    if (pair !== undefined && isScalar(pair.key)) pair.key.commentBefore = ` ${oneLine(text)}`;
  }
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && HIDDEN_CHARACTERS.test(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

class Source {
  readonly #text: string;
  readonly #lines = new LineCounter();
  /** Where the parts begin that stand on their own: a part that cannot be read costs no other. */
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#text = text;
    this.#lines.addNewLine(0);
    for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) {
      this.#lines.addNewLine(index + 1);
    }
    // A directive belongs to the document behind the marker.
    const hasDirectives = /^%(?:YAML|TAG)\s/m.test(text);
    const markers = hasDirectives ? [] : [...text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index);
    this.#starts = [...new Set([0, ...markers])];
  }

  get parts(): number {
    return this.#starts.length;
  }

  /** The documents of one part; null for each that is empty. */
  read(part: number, before: number): readonly (YamlDocument | null)[] {
    const start = this.#starts[part] ?? 0;
    const end = this.#starts[part + 1] ?? this.#text.length;
    const whole = this.#readPart(start, end, before);
    if (whole.every((document) => document === null || !("error" in document))) return whole;
    const lines = this.#readLines(start, end, before);
    return lines.some((document) => document !== null && "value" in document) ? lines : whole;
  }

  /** What begins on lines of its own with a brace, each by itself: of JSON lines one that is broken costs no other. */
  #readLines(start: number, end: number, before: number): readonly (YamlDocument | null)[] {
    const starts = [...this.#text.slice(start, end).matchAll(/^\{/gm)].map(({ index }) => start + index);
    const documents: (YamlDocument | null)[] = [];
    for (const [index, from] of starts.entries()) {
      documents.push(...this.#readPart(from, starts[index + 1] ?? end, before + documents.length));
    }
    return documents;
  }

  #readPart(start: number, end: number, before: number): readonly (YamlDocument | null)[] {
    const part = this.#text.slice(start, end);
    const marker = /^---(?=\s|$)/.test(part) ? "---".length : 0;
    const json = /^\s*[[{]/.test(part.slice(marker)) ? parseJsonStream(part, marker) : null;
    if (json !== null) {
      return json.map((found, index) => {
        const line = this.#lineOf(start + found.index);
        const place = { number: before + index + 1, line };
        if ("error" in found) return { ...place, error: this.#error(found.error, start + found.index) };
        return { ...place, value: found.value, lineAt: () => line };
      });
    }
    try {
      return [...parseAllDocuments(part, AS_KUBERNETES)].map((tree, index) =>
        this.#document(tree, start, before + index + 1),
      );
    } catch (cause) {
      return [{ number: before + 1, line: this.#lineOf(start), error: unreadable(cause) }];
    }
  }

  #document(tree: YamlTree.Parsed<ParsedNode>, start: number, number: number): YamlDocument | null {
    const line = this.#lineOf(start + (tree.contents?.range?.[0] ?? tree.range[0]));
    const place = { number, line };
    const [error] = tree.errors;
    if (error !== undefined) {
      const message =
        error.code === "DUPLICATE_KEY" ? this.#duplicate(start + error.pos[0]) : plainly(error.message);
      return { ...place, error: this.#error(message, start + error.pos[0], error) };
    }
    try {
      const value = valueOfTree(tree.contents);
      if (value === null || value === undefined) return null;
      const lineAt = (path: readonly (string | number)[]) => {
        const node: unknown = tree.getIn(path, true);
        const index = (node as { range?: readonly number[] } | undefined)?.range?.[0];
        return index === undefined ? line : this.#lineOf(start + index);
      };
      return { ...place, value, lineAt };
    } catch (cause) {
      if (!(cause instanceof YamlValueError)) return { ...place, error: unreadable(cause) };
      return { ...place, error: this.#error(cause.message, start + cause.index, cause) };
    }
  }

  #duplicate(index: number): string {
    const key = /^[^\s:]+/.exec(this.#text.slice(index, index + 64))?.[0] ?? "";
    const hint = /^(?:apiVersion|kind)$/.test(key) ? "; between two objects stands a line ---" : "";
    return `the key ${key} stands twice in one mapping${hint}`;
  }

  #lineOf(index: number): number {
    return this.#lines.linePos(index).line;
  }

  #error(message: string, index: number, cause?: unknown): YamlError {
    const { line, col } = this.#lines.linePos(index);
    return new YamlError(`${message} at line ${line}, column ${col}`, { cause });
  }
}

/** Whatever the parser throws, such as when the nesting is deeper than the stack. */
function unreadable(cause: unknown): YamlError {
  return new YamlError(plainly(cause instanceof Error ? cause.message : String(cause)), { cause });
}

/** The parser passes on what the engine says of its stack. */
function plainly(message: string): string {
  return message.startsWith("Maximum call stack") ? "it is nested too deeply" : message;
}
