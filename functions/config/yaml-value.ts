/**
 * The tree of a YAML document as a plain value: merge keys merged, aliases followed. In time linear in the document's
 * length, and only as long as the aliases, written out, stay in bounds: a few hundred bytes of aliases of aliases
 * would fill any memory.
 *
 * @module
 */
import { isAlias, isCollection, isMap, isPair, isScalar, type Pair } from "yaml";

/** Values that aliases may bring a document to, as in the parser that `kubectl` has. */
const MAX_EXPANDED = 400_000;
/** Beyond that, aliases may make up a tenth. */
const MAX_RATIO = 1.1;

/** A node that cannot be taken as it is; `index` is where it stands. */
export class YamlValueError extends Error {
  override readonly name = "YamlValueError";
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}

interface Valued {
  readonly value: unknown;
  /** How many values it is, aliases written out. */
  readonly size: number;
}

/** @throws {YamlValueError} */
export function valueOfTree(root: unknown): unknown {
  const reader = new TreeReader();
  const { value, size } = reader.read(root);
  if (size > MAX_EXPANDED && size > reader.written * MAX_RATIO) {
    const many = size > Number.MAX_SAFE_INTEGER ? "countless" : String(size);
    throw new YamlValueError(`aliases make ${many} values of the ${reader.written} written`, indexOf(root));
  }
  return value;
}

class TreeReader {
  /** Values as they are written. */
  written = 0;
  /** Null while the anchored node is still open. */
  readonly #anchors = new Map<string, Valued | null>();

  read(node: unknown): Valued {
    this.written++;
    if (isAlias(node)) return this.#aliased(node.source, indexOf(node));
    const anchor = isCollection(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    const valued = isMap(node)
      ? this.#mapping(node.items)
      : isCollection(node)
        ? this.#list(node.items)
        : { value: isScalar(node) ? plain(node.value) : null, size: 1 };
    if (anchor !== undefined) this.#anchors.set(anchor, valued);
    return valued;
  }

  #aliased(source: string, index: number): Valued {
    const valued = this.#anchors.get(source);
    if (valued === undefined)
      throw new YamlValueError(`there is no anchor &${source} before *${source}`, index);
    if (valued === null) throw new YamlValueError(`*${source} stands within &${source} itself`, index);
    return valued;
  }

  #list(items: readonly unknown[]): Valued {
    let size = 1;
    const value = items.map((item) => {
      const valued = isPair(item) ? this.#mapping([item]) : this.read(item);
      size += valued.size;
      return valued.value;
    });
    return { value, size };
  }

  #mapping(items: readonly Pair[]): Valued {
    let size = 1;
    const own = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    for (const { key, value } of items) {
      const valued = this.read(value);
      size += 1 + valued.size;
      if (isMergeKey(key)) mergeInto(merged, valued.value, value);
      else own.set(textOf(key), valued.value);
    }
    // What the mapping says itself counts, wherever it stands.
    return { value: Object.fromEntries([...merged, ...own]), size };
  }
}

/** The parser marks a plain `<<`; in quotes it is a key like any other. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === "symbol";
}

/** Of several mappings the first that has a key counts. */
function mergeInto(merged: Map<string, unknown>, value: unknown, node: unknown): void {
  for (const source of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      throw new YamlValueError(
        "<< merges mappings; give it an alias, a mapping or a list of them",
        indexOf(node),
      );
    }
    for (const [key, member] of Object.entries(source)) if (!merged.has(key)) merged.set(key, member);
  }
}

function textOf(key: unknown): string {
  if (isScalar(key) && key.value !== null && key.value !== undefined) return String(plain(key.value));
  throw new YamlValueError("a key is no text", indexOf(key));
}

/** Kubernetes has no bytes in YAML: a value with the tag `!!binary` is the text that it encodes. */
function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}

function indexOf(node: unknown): number {
  return isScalar(node) || isCollection(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}
