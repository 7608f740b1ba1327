/**
 * Reads the values of a chart with the comments above them.
 *
 * @module
 */
import { isMap, isScalar, type Node, parseDocument } from "yaml";

/** One value of values.yaml: its path, what the comment above it says, and its default. */
export interface Value {
  readonly path: readonly string[];
  readonly comment: string;
  readonly defaultValue: unknown;
}

/** Every key of values.yaml, parents before children, in the order of the file. */
export function listValues(valuesYaml: string): Value[] {
  const document = parseDocument(valuesYaml);
  const root = document.contents;
  if (!isMap(root)) throw new TypeError("values.yaml is not a mapping");
  return listMap(root, []);
}

function listMap(map: Node, parent: readonly string[]): Value[] {
  if (!isMap(map)) return [];
  return map.items.flatMap((pair, index) => {
    if (!isScalar(pair.key)) return [];
    const node = pair.value as Node | null;
    // The yaml package hangs the comment above the first key of a map on the map.
    const comment = pair.key.commentBefore ?? (index === 0 ? map.commentBefore : null);
    const path = [...parent, String(pair.key.value)];
    const value = { path, comment: oneLine(comment ?? ""), defaultValue: node?.toJSON() as unknown };
    return [value, ...(node === null ? [] : listMap(node, path))];
  });
}

/** The comment that belongs to the key, without a heading that an empty line sets apart. */
function oneLine(comment: string): string {
  const paragraph = comment.split(/\n\s*\n/).at(-1) ?? "";
  return paragraph
    .split("\n")
    .map((line) => line.trim())
    .join(" ");
}
