/**
 * A whole kind, page by page, in the API's order.
 *
 * @module
 */
import type { KubernetesClient, ListOptions, ListPage } from "../../kubernetes/client.ts";
import { ExpiredError, UnavailableError } from "../../kubernetes/errors.ts";
import { isLiving, type KubernetesObject, type ResourceDefinition } from "../../kubernetes/objects.ts";
import { collectionPath } from "../../kubernetes/paths.ts";
import type { ColumnPage } from "../../kubernetes/table.ts";
import { Pace } from "../../pace.ts";

const PAGE_SIZE = 500;
/** Of a list of one namespace: a next page would wait for the one before, in the midst of an event. */
const NAMESPACE_PAGE_SIZE = 2_000;
/** A line of a table has some dozens of bytes, where an object has a thousand. */
const COLUMN_PAGE_SIZE = 5_000;
/** A list that expires this often is slower than the cluster changes; the resync is tried again later. */
const MAX_RESTARTS = 5;

export interface ListingScope {
  readonly resource: ResourceDefinition;
  /** Null: all namespaces. */
  readonly namespace: string | null;
  readonly labelSelector?: string;
  /** The list as it was at exactly this version of the kind, which a write of it has answered with. */
  readonly exactVersion?: string;
}

/** The objects of one namespace, in byte order of their names. */
export interface NamespaceObjects<T> {
  readonly namespace: string;
  readonly items: readonly T[];
}

/**
 * The API's order: bytes of `namespace/name`, so that `t-x/` comes before `t/`. Names are ASCII, so comparing UTF-16
 * units is comparing bytes; a locale compare would not be.
 */
export function orderKey(namespace: string, name = ""): string {
  return `${namespace}/${name}`;
}

/**
 * All objects of the scope, at once.
 *
 * @throws KubernetesError the list could not be completed
 */
export async function listAll(
  client: Pick<KubernetesClient, "list">,
  scope: ListingScope,
): Promise<readonly KubernetesObject[]> {
  return await listCompact(client, scope, (object) => object);
}

/**
 * All objects of the scope, each reduced as soon as its page arrives, so that the page can be let go.
 *
 * @throws KubernetesError the list could not be completed
 */
export async function listCompact(
  client: Pick<KubernetesClient, "list">,
  scope: ListingScope,
  compact: (object: KubernetesObject) => KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  const items: KubernetesObject[] = [];
  const size = scope.namespace === null ? PAGE_SIZE : NAMESPACE_PAGE_SIZE;
  for await (const page of pages(client, scope, size)) for (const object of page) items.push(compact(object));
  return items;
}

/** Most of an object as the API server sends it is about its fields' managers. */
export function withoutManagers(object: KubernetesObject): KubernetesObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/**
 * The living others of the object's kind in its namespace, at exactly its version; those of a label, which the object
 * has too, where a selector is given.
 *
 * @throws KubernetesError the list could not be completed, or is none: the object itself is not in it
 */
export async function othersAtVersion(
  client: Pick<KubernetesClient, "list">,
  resource: ResourceDefinition,
  { metadata: { namespace = "", name, resourceVersion = "" } }: KubernetesObject,
  labelSelector?: string,
): Promise<readonly KubernetesObject[]> {
  const scope: ListingScope = { resource, namespace, exactVersion: resourceVersion };
  const objects = await listAll(client, labelSelector === undefined ? scope : { ...scope, labelSelector });
  const others = objects.filter(({ metadata }) => metadata.name !== name);
  if (others.length < objects.length) return others.filter(isLiving);
  const list = `GET ${collectionPath(resource, namespace)}`;
  throw new UnavailableError(list, `${name} is not in the list of its own version`);
}

/**
 * What a printer column says of each object of the scope, by name; null where it does not say it of each.
 *
 * @throws KubernetesError the list could not be completed
 */
export async function readColumn(
  client: Partial<Pick<KubernetesClient, "listColumn">>,
  scope: ListingScope,
  column: string | null,
): Promise<ReadonlyMap<string, string> | null> {
  if (client.listColumn === undefined || column === null) return null;
  const texts = new Map<string, string>();
  let token: string | null = null;
  do {
    const options = pageOptions(scope, token, COLUMN_PAGE_SIZE);
    const page: ColumnPage | null = await client.listColumn(scope.resource, column, options);
    if (page === null) return null;
    for (const [name, text] of page.texts) texts.set(name, text);
    token = page.continueToken;
  } while (token !== null);
  return texts;
}

/**
 * Lists a kind and yields it by namespace. The next page is on its way while one is worked on.
 * `compact` reduces an object as soon as its page arrives, so that the page can be let go.
 *
 * @throws KubernetesError the list could not be completed: what was yielded is true, what is missing means nothing
 */
export async function* listByNamespace<T>(
  client: Pick<KubernetesClient, "list">,
  scope: ListingScope,
  compact: (object: KubernetesObject) => T | Promise<T>,
): AsyncGenerator<NamespaceObjects<T>> {
  let namespace: string | null = null;
  let items: T[] = [];
  const pace = new Pace();
  for await (const page of pages(client, scope, PAGE_SIZE)) {
    for (const object of page) {
      const next = object.metadata.namespace ?? "";
      if (namespace !== null && next !== namespace) {
        yield { namespace, items };
        items = [];
      }
      namespace = next;
      const compacted = compact(object);
      // A turn of the microtask queue for each of ten thousand objects would show.
      items.push(compacted instanceof Promise ? await compacted : compacted);
      const pause = pace.pause();
      if (pause !== null) await pause;
    }
  }
  if (namespace !== null) yield { namespace, items };
}

/**
 * The pages of a list. When its token expires the list starts again and what was yielded already is passed over; the
 * token for "the rest" that a 410 offers mixes versions and is not used.
 */
async function* pages(
  client: Pick<KubernetesClient, "list">,
  scope: ListingScope,
  size: number,
): AsyncGenerator<readonly KubernetesObject[]> {
  let last = "";
  let restarts = 0;
  let request = requestPage(client, scope, size, null);
  while (true) {
    let page: ListPage;
    try {
      page = await request;
    } catch (error) {
      // What has expired once at an exact version does so again.
      const isFinal = scope.exactVersion !== undefined || ++restarts > MAX_RESTARTS;
      if (!(error instanceof ExpiredError) || isFinal) throw error;
      request = requestPage(client, scope, size, null);
      continue;
    }
    if (page.continueToken !== null) request = requestPage(client, scope, size, page.continueToken);
    const fresh = restarts === 0 ? page.items : page.items.filter((object) => keyOf(object) > last);
    const newest = fresh.at(-1);
    if (newest !== undefined) last = keyOf(newest);
    yield fresh;
    if (page.continueToken === null) return;
  }
}

function requestPage(
  client: Pick<KubernetesClient, "list">,
  scope: ListingScope,
  size: number,
  continueToken: string | null,
): Promise<ListPage> {
  const page = client.list(scope.resource, pageOptions(scope, continueToken, size));
  // The page may fail before it is awaited; whoever awaits it sees the error.
  page.catch(() => undefined);
  return page;
}

function pageOptions(
  { namespace, labelSelector, exactVersion }: ListingScope,
  continueToken: string | null,
  limit: number,
): ListOptions {
  return {
    namespace,
    limit,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(continueToken === null ? {} : { continueToken }),
    // The token of a page knows the version.
    ...(continueToken !== null || exactVersion === undefined ? {} : { exactVersion }),
  };
}

function keyOf({ metadata }: KubernetesObject): string {
  return orderKey(metadata.namespace ?? "", metadata.name);
}
