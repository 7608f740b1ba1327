/**
 * YAML or JSON files to Kubernetes objects, each with where it stands.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { decodeText } from "../../config/decode-text.ts";
import { reasonOf } from "../../config/file-error.ts";
import { oneLine } from "../../hidden-characters.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { Pace } from "../../pace.ts";
import { isNamespaceName, isObjectName } from "../../schema/object-names.ts";
import { isRecord } from "../../schema/unknown.ts";
import { describePlaceholder, type Placeholder, placeholderIn } from "../../traefik/placeholders.ts";
import { routeKindOf } from "../../traefik/resources.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";
import { templateError } from "./template-file.ts";

/** An object and the words that say where it stands. */
export interface Located {
  readonly file: string;
  readonly origin: string;
  readonly object: KubernetesObject;
}

export interface Input {
  readonly routes: readonly Located[];
  /** Objects of other kinds, as far as they have a name. */
  readonly others: readonly Located[];
  /** What could not be read, each as a line for the user. */
  readonly errors: readonly string[];
  /** Files that are templates: one of the errors says so. */
  readonly templates: ReadonlySet<string>;
}

/**
 * Reads the objects of some files; kinds ending in `List` are opened.
 *
 * @param files paths; `-` is standard input
 * @throws {UsageError} if a file cannot be read
 */
export async function readObjects(files: readonly string[], terminal: Terminal): Promise<Input> {
  const { yamlDocuments } = await import("../../config/yaml.lazy.ts");
  const routes: Located[] = [];
  const others: Located[] = [];
  const errors: string[] = [];
  const templates = new Set<string>();
  const pace = new Pace();
  for (const path of files) {
    const file = path === "-" ? "standard input" : oneLine(path);
    const text = await readText(path, terminal);
    const found: Found = { routes, others, errors: [] };
    for (const document of yamlDocuments(text)) {
      const pause = pace.pause();
      if (pause !== null) await pause;
      const { number, line } = document;
      if ("error" in document) {
        const origin = originOf(file, number, line);
        found.errors.push({ line: `${origin}: ${document.error.message}; write valid YAML or JSON` });
      } else {
        collect(document.value, { file, number, path: [], lineAt: document.lineAt }, found);
      }
    }
    const named = found.errors.filter(isFilledIn);
    const template = named.length === found.errors.length ? null : templateError(file, text);
    if (template !== null) errors.push(template);
    errors.push(...(template === null ? found.errors : named).map(({ line }) => line));
    if (template !== null) templates.add(file);
  }
  return { routes, others, errors, templates };
}

async function readText(file: string, terminal: Terminal): Promise<string> {
  if (file === "-") return decodeText(await terminal.stdin());
  try {
    return decodeText(await readFile(file));
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${reasonOf(cause)}`, { cause });
  }
}

interface Found {
  readonly routes: Located[];
  readonly others: Located[];
  readonly errors: InputError[];
}

interface InputError {
  readonly line: string;
  /** To blame for it. */
  readonly placeholder?: Placeholder;
}

/** No template that was rendered would mend it. */
function isFilledIn({ placeholder }: InputError): boolean {
  return placeholder?.kind === "variable" || placeholder?.kind === "blank";
}

/** Where a value stands: its document, and its path within it. */
interface Place {
  readonly file: string;
  readonly number: number;
  readonly path: readonly (string | number)[];
  readonly lineAt: (path: readonly (string | number)[]) => number;
}

function originOf(file: string, number: number, line: number): string {
  return `${file}, document ${number} (line ${line})`;
}

function collect(value: unknown, place: Place, found: Found): void {
  const { file, number, path, lineAt } = place;
  const items = path.filter((step) => typeof step === "number").map((index) => `, items[${index}]`);
  const origin = originOf(file, number, lineAt(path)) + items.join("");
  if (!isRecord(value) || typeof value.kind !== "string" || typeof value.apiVersion !== "string") {
    const hint = Array.isArray(value)
      ? "a list; write its objects one after another, each behind a line ---, or as items of a kind: List"
      : "no Kubernetes object; give it apiVersion and kind";
    found.errors.push({ line: `${origin}: ${hint}` });
    return;
  }
  if (value.kind.endsWith("List") && isListOf(value.items, value)) {
    for (const [index, item] of (value.items ?? []).entries()) {
      collect(withKindOfList(item, value), { ...place, path: [...path, "items", index] }, found);
    }
    return;
  }
  if (value.kind === "List") {
    found.errors.push({ line: `${origin}: items: found ${show(value.items)}; give it a list of objects` });
    return;
  }
  collectObject(value, file, `${origin}, ${value.kind}`, found);
}

/** No items at all are an empty list in what is one by its kind alone; in what else ends so they are another kind. */
function isListOf(items: unknown, { kind }: Record<string, unknown>): items is readonly unknown[] | null {
  return Array.isArray(items) || (kind === "List" && (items === null || items === undefined));
}

function collectObject(value: Record<string, unknown>, file: string, where: string, found: Found): void {
  const isRoute =
    routeKindOf({ apiVersion: String(value.apiVersion), kind: String(value.kind) }) !== undefined;
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  const { name, namespace, ...rest } = metadata;
  if (typeof name !== "string" || !isObjectName(name)) {
    if (isRoute) {
      found.errors.push(wrongName(`${where}: metadata.name`, name, "the name of a Kubernetes object"));
    }
  } else if (!(isAbsent(namespace) || (typeof namespace === "string" && isNamespaceName(namespace)))) {
    if (isRoute) {
      found.errors.push(
        wrongName(`${where} ${name}: metadata.namespace`, namespace, "the name of a namespace"),
      );
    }
  } else {
    // Like `kubectl`: a namespace without a value is none.
    const named = { ...rest, name, ...(isAbsent(namespace) ? {} : { namespace }) };
    const object = { ...value, metadata: named } as unknown as KubernetesObject;
    (isRoute ? found.routes : found.others).push({ file, origin: `${where} ${name}`, object });
  }
}

/** The items of a typed list, as the API server sends it, need not repeat their kind. */
function withKindOfList(item: unknown, list: Record<string, unknown>): unknown {
  const kind = String(list.kind).slice(0, -"List".length);
  return isRecord(item) && kind !== "" ? { kind, apiVersion: list.apiVersion, ...item } : item;
}

function isAbsent(namespace: unknown): boolean {
  return namespace === undefined || namespace === null || namespace === "";
}

function wrongName(where: string, value: unknown, expected: string): InputError {
  const placeholder = typeof value === "string" ? placeholderIn(value) : null;
  return placeholder === null
    ? { line: `${where}: found ${show(value)}; give it ${expected}` }
    : { line: `${where}: found ${show(value)}: it ${describePlaceholder(placeholder)}`, placeholder };
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
