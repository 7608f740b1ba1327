/**
 * YAML or JSON files to Kubernetes objects, each with where it stands.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { isNamespaceName, isObjectName } from "../../kubernetes/paths.ts";
import { isRecord } from "../../unknown.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";

/** An object and the words that tell a user where it stands. */
export interface Located {
  readonly origin: string;
  readonly object: KubernetesObject;
}

export interface Input {
  readonly objects: readonly Located[];
  /** What could not be read, each as a line for the user. */
  readonly errors: readonly string[];
}

const ROUTE_KINDS: readonly unknown[] = ["IngressRoute", "IngressRouteTCP"];
const ROUTE_GROUPS = /^traefik\.(io|containo\.us)\//;

/**
 * Reads the routes of some files; objects of other kinds are passed over, kinds ending in `List` are opened.
 *
 * @param files paths; `-` is standard input
 * @throws {UsageError} if a file cannot be read
 */
export async function readRoutes(files: readonly string[], terminal: Terminal): Promise<Input> {
  const { parseYamlDocuments } = await import("../../config/yaml.lazy.ts");
  const objects: Located[] = [];
  const errors: string[] = [];
  for (const file of files) {
    const name = file === "-" ? "standard input" : file;
    const documents = parseYamlDocuments(await readText(file, terminal));
    for (const document of documents) {
      const origin = `${name}, document ${document.number} (line ${document.line})`;
      if ("error" in document) errors.push(`${origin}: ${document.error.message}; write valid YAML or JSON`);
      else collect(document.value, origin, objects, errors);
    }
  }
  return { objects, errors };
}

async function readText(file: string, terminal: Terminal): Promise<string> {
  if (file === "-") return await terminal.stdin();
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`cannot read ${file}: ${why}`, { cause });
  }
}

function collect(value: unknown, origin: string, objects: Located[], errors: string[]): void {
  if (!isRecord(value) || typeof value.kind !== "string" || typeof value.apiVersion !== "string") {
    errors.push(`${origin}: no Kubernetes object; give it apiVersion and kind`);
    return;
  }
  if (value.kind.endsWith("List") && Array.isArray(value.items)) {
    for (const [index, item] of value.items.entries()) {
      collect(withKindOfList(item, value), `${origin}, items[${index}]`, objects, errors);
    }
    return;
  }
  if (!ROUTE_KINDS.includes(value.kind) || !ROUTE_GROUPS.test(value.apiVersion)) return;
  const where = `${origin}, ${value.kind}`;
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  const { name, namespace } = metadata;
  if (typeof name !== "string" || !isObjectName(name)) {
    errors.push(`${where}: metadata.name: found ${show(name)}; give it the name of a Kubernetes object`);
  } else if (!(namespace === undefined || isNamespace(namespace))) {
    errors.push(
      `${where} ${name}: metadata.namespace: found ${show(namespace)}; give it the name of a namespace`,
    );
  } else {
    const object = { ...value, metadata: { ...metadata, name } } as unknown as KubernetesObject;
    objects.push({ origin: `${where} ${name}`, object });
  }
}

/** The items of a typed list, as the API server sends it, need not repeat their kind. */
function withKindOfList(item: unknown, list: Record<string, unknown>): unknown {
  const kind = String(list.kind).slice(0, -"List".length);
  return isRecord(item) && kind !== "" ? { kind, apiVersion: list.apiVersion, ...item } : item;
}

function isNamespace(value: unknown): boolean {
  return typeof value === "string" && isNamespaceName(value);
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
