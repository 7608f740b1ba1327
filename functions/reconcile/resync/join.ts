/**
 * Joins several listings on their namespace, holding one namespace at a time: memory is bounded by the largest
 * namespace, not by the cluster.
 *
 * @module
 */
import type { KubernetesError } from "../../kubernetes/errors.ts";
import { type NamespaceObjects, orderKey } from "../observe/listing.ts";
import { settle } from "../result.ts";

/** For each listing its objects of the namespace; an error where the listing broke off before or in it. */
export interface JoinedNamespace<T> {
  readonly namespace: string;
  readonly parts: readonly Part<T>[];
}

export type Part<T> =
  | { readonly ok: true; readonly items: readonly T[] }
  | { readonly ok: false; readonly error: KubernetesError };

interface Cursor<T> {
  readonly listing: AsyncIterator<NamespaceObjects<T>>;
  /** The next namespace of the listing; null at its end. */
  head: NamespaceObjects<T> | null;
  error: KubernetesError | null;
}

/** The listings must be in the API's order. A listing that fails stays failed for all that follows. */
export async function* joinByNamespace<T>(
  listings: readonly AsyncIterable<NamespaceObjects<T>>[],
): AsyncGenerator<JoinedNamespace<T>> {
  const cursors = listings.map(
    (listing): Cursor<T> => ({ listing: listing[Symbol.asyncIterator](), head: null, error: null }),
  );
  await Promise.all(cursors.map(advance));
  for (let namespace = first(cursors); namespace !== null; namespace = first(cursors)) {
    yield { namespace, parts: cursors.map((cursor) => partOf(cursor, namespace as string)) };
    await Promise.all(cursors.filter(({ head }) => head?.namespace === namespace).map(advance));
  }
  // A listing that failed with nothing after it must still be seen to have failed.
  if (cursors.some(({ error }) => error !== null)) {
    yield { namespace: "", parts: cursors.map((cursor) => partOf(cursor, "")) };
  }
}

async function advance<T>(cursor: Cursor<T>): Promise<void> {
  const next = await settle(cursor.listing.next());
  if (!next.ok) {
    cursor.head = null;
    cursor.error = next.error;
    return;
  }
  cursor.head = next.value.done === true ? null : next.value.value;
}

/** The namespace that comes first in the API's order among the listings' heads. */
function first<T>(cursors: readonly Cursor<T>[]): string | null {
  let least: string | null = null;
  for (const { head } of cursors) {
    if (head !== null && (least === null || orderKey(head.namespace) < orderKey(least)))
      least = head.namespace;
  }
  return least;
}

function partOf<T>({ head, error }: Cursor<T>, namespace: string): Part<T> {
  if (error !== null) return { ok: false, error };
  return { ok: true, items: head?.namespace === namespace ? head.items : [] };
}
