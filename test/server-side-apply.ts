/**
 * A model of the API server's field management: what an apply and an update make of an object and of its
 * `managedFields`. Maps are granular, lists are atomic, owners are keyed by uid and atomic in themselves, as in the
 * definitions of the children. Written without the product's own reading of FieldsV1, which it puts to the test.
 *
 * @module
 */
import type { KubernetesObject, ManagedFieldsEntry, ObjectMeta } from "../functions/kubernetes/objects.ts";
import { isRecord } from "../functions/schema/unknown.ts";

/** The path of what is owned as a whole, by keys of FieldsV1. */
type Path = readonly string[];
/** Values by path, the path as JSON. */
type Leaves = ReadonlyMap<string, unknown>;
/** The paths of a manager, as JSON. */
type Owned = ReadonlySet<string>;

const SEPARATOR = "\u0000";
const EMPTY_MAP = Symbol("a map without fields");

/** The object after a forced apply by `manager`. */
export function applied(
  live: KubernetesObject | null,
  desired: KubernetesObject,
  manager: string,
): KubernetesObject {
  const before = leavesOf(live);
  const wanted = leavesOf(desired);
  const managers = managersOf(live);
  const own = keyOf(manager, "Apply");
  const others = [...managers].filter(([key]) => key !== own);
  const isOthers = (path: string) => others.some(([, owned]) => owned.has(path));
  const dropped = [...(managers.get(own) ?? [])].filter((path) => !wanted.has(path) && !isOthers(path));
  const after = new Map([...before].filter(([path]) => !dropped.includes(path)));
  for (const [path, value] of wanted) lay(after, path, value);
  const taken = [...wanted.keys()].filter((path) => !isSame(before.get(path), wanted.get(path)));
  const left = others.map(([key, owned]) => [key, without(owned, taken)] as const);
  return build(live ?? desired, after, new Map([...left, [own, new Set(wanted.keys())]]));
}

/** The object after an update (or an edit, or a merge patch) by `manager` to `next`. */
export function updated(
  live: KubernetesObject | null,
  next: KubernetesObject,
  manager: string,
): KubernetesObject {
  const before = leavesOf(live);
  const after = leavesOf(next);
  const changed = [...after.keys()].filter((path) => !isSame(before.get(path), after.get(path)));
  const removed = [...before.keys()].filter((path) => !after.has(path));
  const own = keyOf(manager, "Update");
  const managers = new Map(
    [...managersOf(live)].map(([key, owned]) => [key, without(owned, [...changed, ...removed])] as const),
  );
  managers.set(own, new Set([...(managers.get(own) ?? []), ...changed]));
  return build(next, after, managers);
}

function managersOf(live: KubernetesObject | null): Map<string, Owned> {
  const entries = live?.metadata.managedFields ?? [];
  return new Map(
    entries.map(({ manager = "", operation = "", fieldsV1 }) => [
      keyOf(manager, operation),
      new Set(pathsOf(fieldsV1, []).map(textOf)),
    ]),
  );
}

function keyOf(manager: string, operation: string): string {
  return `${manager}${SEPARATOR}${operation}`;
}

/** A path that becomes a map, or stops being one, goes with what was there. */
function lay(leaves: Map<string, unknown>, path: string, value: unknown): void {
  const segments = JSON.parse(path) as Path;
  for (let length = 1; length < segments.length; length++) leaves.delete(textOf(segments.slice(0, length)));
  const isMap = value === EMPTY_MAP;
  const isFilled = isMap && [...leaves.keys()].some((other) => isBelow(segments, other));
  if (!isMap) for (const other of [...leaves.keys()]) if (isBelow(segments, other)) leaves.delete(other);
  if (!isFilled) leaves.set(path, value);
}

function isBelow(segments: Path, other: string): boolean {
  const longer = JSON.parse(other) as Path;
  return longer.length > segments.length && segments.every((segment, index) => segment === longer[index]);
}

function without(owned: Owned, paths: readonly string[]): Owned {
  return new Set([...owned].filter((path) => !paths.includes(path)));
}

function build(
  { apiVersion, kind, metadata, status }: KubernetesObject,
  leaves: Leaves,
  managers: ReadonlyMap<string, Owned>,
): KubernetesObject {
  const { metadata: managed = {}, spec } = assemble(leaves);
  const { labels: _, annotations: __, ownerReferences: ___, managedFields: ____, ...identity } = metadata;
  const managedFields = [...managers].filter(([, owned]) => owned.size > 0).map(entryOf);
  return {
    apiVersion,
    kind,
    metadata: { ...identity, ...managed, ...(managedFields.length === 0 ? {} : { managedFields }) },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
}

function entryOf([key, owned]: readonly [string, Owned]): ManagedFieldsEntry {
  const [manager = "", operation = ""] = key.split(SEPARATOR);
  interface Trie {
    [key: string]: Trie;
  }
  const fieldsV1: Trie = {};
  for (const path of [...owned].sort()) {
    let node = fieldsV1;
    for (const segment of JSON.parse(path) as Path) {
      node[segment] ??= {};
      node = node[segment];
    }
  }
  return { manager, operation, fieldsV1 };
}

/** An object of the leaves, keys sorted as the API server sends them. */
function assemble(leaves: Leaves): { metadata?: Partial<ObjectMeta>; spec?: unknown } {
  const root: Record<string, unknown> = {};
  for (const [path, value] of [...leaves].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const segments = JSON.parse(path) as Path;
    let node = root;
    for (const [index, segment] of segments.entries()) {
      const name = segment.slice(2);
      const isLast = index === segments.length - 1;
      if (segments[index + 1]?.startsWith("k:")) {
        node[name] = [...((node[name] as unknown[]) ?? []), value];
        break;
      }
      if (isLast) node[name] = value === EMPTY_MAP ? {} : value;
      else node[name] ??= {};
      node = node[name] as Record<string, unknown>;
    }
  }
  return root;
}

/** What of an object is owned by managers, as a whole each. */
function leavesOf(object: KubernetesObject | null): Leaves {
  const leaves = new Map<string, unknown>();
  if (object === null) return leaves;
  const { labels, annotations, ownerReferences = [] } = object.metadata;
  collect({ metadata: { labels, annotations }, spec: object.spec }, [], leaves);
  for (const owner of ownerReferences) {
    const path = ["f:metadata", "f:ownerReferences", `k:${JSON.stringify({ uid: owner.uid })}`];
    leaves.set(textOf(path), sorted(owner));
  }
  return leaves;
}

function collect(value: unknown, path: Path, leaves: Map<string, unknown>): void {
  if (value === undefined) return;
  const fields = isRecord(value) ? Object.entries(value).filter(([, field]) => field !== undefined) : null;
  if (fields === null) leaves.set(textOf(path), sorted(value));
  else if (fields.length === 0 && path[0] === "f:spec") leaves.set(textOf(path), EMPTY_MAP);
  else for (const [name, field] of fields) collect(field, [...path, `f:${name}`], leaves);
}

function pathsOf(fields: unknown, path: Path): readonly Path[] {
  const keys = isRecord(fields) ? Object.keys(fields).filter((key) => key !== ".") : [];
  if (!isRecord(fields) || keys.length === 0) return path.length === 0 ? [] : [path];
  return keys.flatMap((key) => pathsOf(fields[key], [...path, key]));
}

function textOf(path: Path): string {
  return JSON.stringify(path);
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === EMPTY_MAP || other === EMPTY_MAP) return one === other;
  return JSON.stringify(one) === JSON.stringify(other);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, field]) => [key, sorted(field)]),
  );
}
