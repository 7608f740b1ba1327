/**
 * A list and the watch that goes on from it.
 *
 * @module
 */
import type { KubernetesObject } from "../../functions/kubernetes/objects.ts";
import { type ApiClient, ApiError } from "./api-client.ts";

export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
}

/** What a collection holds after `change` (null for what the list gave), by `namespace/name`. */
export interface WatchState {
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  readonly change: Change | null;
}

export interface WatchOptions {
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  readonly signal: AbortSignal;
}

/** Follows the collection at `path` until `signal`; a watch that expires or breaks begins again with a list. */
export async function* watch(
  client: ApiClient,
  path: string,
  options: WatchOptions,
): AsyncGenerator<WatchState> {
  const { fieldSelector, labelSelector, signal } = options;
  const query = new URLSearchParams({
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(labelSelector !== undefined && { labelSelector }),
  });
  while (!signal.aborted) {
    const list = (await client.json({ path: `${path}?${query}`, signal })) as {
      apiVersion: string;
      metadata: { resourceVersion: string };
      items: KubernetesObject[];
    };
    const objects = new Map(list.items.map((object) => [keyOf(object), object]));
    yield { objects, change: null };
    try {
      const from = `watch=true&resourceVersion=${list.metadata.resourceVersion}`;
      for await (const change of changes(client, `${path}?${query}&${from}`, signal)) {
        if (change.type === "DELETED") objects.delete(keyOf(change.object));
        else objects.set(keyOf(change.object), change.object);
        yield { objects, change };
      }
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 410) throw error;
    }
  }
}

/**
 * The changes that one watch request gives, until the server or `signal` ends it or the connection breaks. Throws
 * `ApiError` when the watch is refused or expires (410). `onBookmark` is reported each version that was passed.
 */
export async function* changes(
  client: ApiClient,
  path: string,
  signal: AbortSignal,
  onBookmark: (resourceVersion: string) => void = () => {},
): AsyncGenerator<Change> {
  const body = await client.stream({ path, signal });
  try {
    for await (const line of lines(body)) {
      const { type, object } = JSON.parse(line) as { type: string; object: KubernetesObject };
      if (type === "ERROR") {
        const { code = 500, reason = "", message = "" } = object as unknown as Record<string, never>;
        throw new ApiError(code, reason, `watch ${path}: ${message}`);
      }
      if (type === "BOOKMARK") onBookmark(object.metadata.resourceVersion ?? "");
      else yield { type, object } as Change;
    }
  } catch (error) {
    // A broken connection is one of the ways in which a watch ends.
    if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
  } finally {
    body.destroy();
  }
}

async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
