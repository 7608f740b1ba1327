/**
 * The changes of a kind, from the lines of a watch.
 *
 * @module
 */
import { isRecord } from "../schema/unknown.ts";
import { ExpiredError, UnavailableError } from "./errors.ts";
import type { KubernetesObject } from "./objects.ts";

/** One change as a watch tells it. `object` is the object after it; for DELETED as it was last. */
export interface WatchChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
  /** Characters of its JSON. */
  readonly size: number;
}

const TYPES = ["ADDED", "MODIFIED", "DELETED"] as const;

/**
 * Takes the text of a watch in pieces and calls for each change. Bookmarks and what it does not know are passed over.
 *
 * @throws ExpiredError the version is too old; UnavailableError something that is no watch
 */
export function createWatchReader(
  request: string,
  onChange: (change: WatchChange) => void,
): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const change = line === "" ? null : changeOf(request, line);
      if (change !== null) onChange(change);
    }
  };
}

function changeOf(request: string, line: string): WatchChange | null {
  const event = parsed(request, line);
  if (!isRecord(event) || !isRecord(event.object)) throw new UnavailableError(request, "no watch event");
  if (event.type === "ERROR") {
    const { code, message } = event.object;
    if (code === 410) throw new ExpiredError(request, String(message));
    throw new UnavailableError(request, String(message));
  }
  const type = TYPES.find((known) => known === event.type);
  if (type === undefined || !isRecord(event.object.metadata)) return null;
  return { type, object: event.object as unknown as KubernetesObject, size: line.length };
}

function parsed(request: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new UnavailableError(request, "a watch event is not JSON", { cause });
  }
}
