/**
 * Follows one collection as client-go's Reflector does under the adapter: list, then watch from the list's version,
 * handing on only what the watch says. What a list says is handed on never, after a restart or an expiry neither.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { type ApiClient, ApiError } from "../control-plane/api-client.ts";
import { type Change, changes } from "../control-plane/watch.ts";

export interface ReflectorOptions {
  readonly client: ApiClient;
  /** Path of the collection. */
  readonly path: string;
  /** Label selector, empty for all. */
  readonly selector: string;
  readonly signal: AbortSignal;
  /** Called with one change at a time; the next waits until it has ended. */
  readonly onChange: (change: Change) => Promise<void>;
  /** Called after each list: changes from now on will be handed on. */
  readonly onList: () => void;
  readonly onProblem: (error: unknown) => void;
}

const firstBackoff = 800;
const longestBackoff = 30_000;

/** Runs until `signal` is aborted. Never throws: what fails is reported and tried again. */
export async function reflect(options: ReflectorOptions): Promise<void> {
  const { signal, onProblem } = options;
  let backoff = firstBackoff;
  const failed = async (error: unknown) => {
    if (signal.aborted) return;
    onProblem(error);
    await delay(backoff, null, { signal }).catch(() => {});
    backoff = Math.min(2 * backoff, longestBackoff);
  };
  while (!signal.aborted) {
    try {
      const version = await list(options);
      backoff = firstBackoff;
      await watchFrom(version, options, failed);
    } catch (error) {
      await failed(error);
    }
  }
}

async function list({ client, path, selector, signal, onList }: ReflectorOptions): Promise<string> {
  const query = new URLSearchParams({ limit: "1", ...(selector !== "" && { labelSelector: selector }) });
  // Only the version counts, and a page has that of the whole list.
  const page = (await client.json({ path: `${path}?${query}`, signal })) as {
    metadata: { resourceVersion: string };
  };
  onList();
  return page.metadata.resourceVersion;
}

/** Watches, resuming from the last version seen when the watch ends; returns when that version has expired. */
async function watchFrom(
  version: string,
  { client, path, selector, signal, onChange }: ReflectorOptions,
  failed: (error: unknown) => Promise<void>,
): Promise<void> {
  let last = version;
  while (!signal.aborted) {
    const query = new URLSearchParams({
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: last,
      ...(selector !== "" && { labelSelector: selector }),
    });
    const onBookmark = (bookmark: string) => {
      last = bookmark;
    };
    try {
      for await (const change of changes(client, `${path}?${query}`, signal, onBookmark)) {
        await onChange(change);
        last = change.object.metadata.resourceVersion ?? last;
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 410) return;
      if (error.status !== 0 && error.status !== 429) throw error;
      await failed(error);
    }
  }
}
