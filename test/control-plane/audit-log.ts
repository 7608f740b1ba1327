/**
 * The API server's audit log: who did what to which object. Counts are taken from here, never from the counters of
 * the code under test.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type ApiClient, ApiError } from "./api-client.ts";

/** One request, as the API server has answered it. */
export interface AuditEntry {
  /** `get`, `list`, `watch`, `create`, `update`, `patch` (server-side apply too), `delete`, `deletecollection`. */
  readonly verb: string;
  /** Such as `system:serviceaccount:ns:name`. */
  readonly user: string;
  readonly userAgent: string;
  readonly group: string;
  /** Plural, with the subresource after a slash. */
  readonly resource: string;
  readonly namespace: string;
  /** Empty for lists, and for creates whose name the API server chose. */
  readonly name: string;
  /** HTTP status of the answer. */
  readonly code: number;
  readonly uri: string;
  /** RFC 3339. */
  readonly receivedAt: string;
}

/** A place in the log; only marks of one log compare. */
export type AuditMark = number;

export interface AuditLog {
  /** A place after every request that has been answered. */
  mark(): Promise<AuditMark>;
  /** The requests answered after `since` (all unless given) and before now. */
  entries(since?: AuditMark): Promise<AuditEntry[]>;
}

const writeVerbs = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Whether a request changed something: a writing verb that was not a dry run and was not refused. */
export function isWrite({ verb, code, uri }: AuditEntry): boolean {
  return writeVerbs.has(verb) && code < 300 && !uri.includes("dryRun=");
}

/** How many entries there are for each object, by `<resource>.<group> <namespace>/<name>`. */
export function countByObject(entries: readonly AuditEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { resource, group, namespace, name } of entries) {
    const key = `${resource}${group === "" ? "" : `.${group}`} ${namespace}/${name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Reads the log at `path`. `client` may be anyone who may get namespaces: its requests show up and set the marks. */
export function openAuditLog(path: string, client: ApiClient): AuditLog {
  const mark = () => markEnd(path, client);
  return {
    mark,
    async entries(since = 0) {
      const text = await readRange(path, since, await mark());
      return text
        .split("\n")
        .filter((line) => line !== "" && !line.includes(markPrefix))
        .map(toEntry);
    },
  };
}

const markPrefix = "audit-log-mark-";

/**
 * Asks for a namespace that does not exist and returns the place after the entry of that request. The API server
 * writes an entry before it ends the answer, so entries of earlier answers lie before it.
 */
async function markEnd(path: string, client: ApiClient): Promise<AuditMark> {
  const before = (await stat(path)).size;
  const name = `${markPrefix}${randomUUID()}`;
  await client.json({ path: `/api/v1/namespaces/${name}` }).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
  for (let attempt = 0; attempt < 500; attempt++) {
    const bytes = await readBytes(path, before, (await stat(path)).size);
    const found = bytes.indexOf(name);
    const end = found === -1 ? -1 : bytes.indexOf("\n", found);
    if (end !== -1) return before + end + 1;
    await delay(10);
  }
  throw new Error(`${path} has no entry of a request that was answered five seconds ago`);
}

async function readRange(path: string, from: number, to: number): Promise<string> {
  return (await readBytes(path, from, to)).toString("utf8");
}

async function readBytes(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(Math.max(0, to - from));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The fields of audit.k8s.io/v1 Event that are read here. */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly requestObject?: { readonly metadata?: { readonly name?: string } };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
}

function toEntry(line: string): AuditEntry {
  const event = JSON.parse(line) as AuditEvent;
  const { apiGroup = "", resource = "", subresource, namespace = "", name } = event.objectRef ?? {};
  return {
    verb: event.verb,
    user: event.user.username,
    userAgent: event.userAgent ?? "",
    group: apiGroup,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    name: name ?? event.requestObject?.metadata?.name ?? "",
    code: event.responseStatus?.code ?? 0,
    uri: event.requestURI,
    receivedAt: event.requestReceivedTimestamp,
  };
}
