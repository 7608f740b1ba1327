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
      if (!(error instanceof ApiError) || (error.status !== 410 && error.status !== 0)) throw error;
    }
  }
}

/** The changes that one watch request gives, until the server or `signal` ends it. Throws `ApiError`, also for 410. */
export async function* changes(client: ApiClient, path: string, signal: AbortSignal): AsyncGenerator<Change> {
  const body = await client.stream({ path, signal });
  try {
    for await (const line of lines(body)) {
      const event = JSON.parse(line) as {
        type: string;
        object: KubernetesObject & { code?: number; message?: string };
      };
      if (event.type === "ERROR")
        throw new ApiError(event.object.code ?? 500, "", `watch ${path}: ${event.object.message}`);
      if (event.type !== "BOOKMARK") yield event as Change;
    }
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
