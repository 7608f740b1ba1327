/**
 * When the API server was done with requests, and which they were, from its audit log.
 *
 * @module
 */
import { open, stat } from "node:fs/promises";

/** Who sent a request: the raw scripts call themselves `raw`. */
export type Sender = "traefik-cert-rotater" | "raw";

export interface TimedRequest {
  /** Path and query. */
  readonly uri: string;
  readonly verb: string;
  readonly resource: string;
  readonly code: number;
  /** The object that was sent; kept for creates alone. */
  readonly body: unknown;
  /** Milliseconds since the epoch, with fractions. */
  readonly doneAt: number;
}

export interface AuditTimes {
  /** The end of the log as it is now. */
  mark(): Promise<number>;
  /** The sender's requests since the mark. One that was answered is in the log: it is written before the answer ends. */
  requests(sender: Sender, since: number): Promise<TimedRequest[]>;
}

export function openAuditTimes(path: string): AuditTimes {
  return {
    mark: async () => (await stat(path)).size,
    async requests(sender, since) {
      const lines = (await readFrom(path, since)).split("\n").filter((line) => line !== "");
      return lines
        .map((line) => JSON.parse(line) as AuditEvent)
        .filter(({ userAgent }) => userAgent === sender)
        .map(toRequest);
    },
  };
}

const WRITES = new Set(["create", "update", "patch", "delete", "deletecollection"]);

export function isWrite({ verb }: TimedRequest): boolean {
  return WRITES.has(verb);
}

/** When the last of the children was committed and answered. Throws where there are not `count` of them. */
export function childrenAppliedAt(requests: readonly TimedRequest[], count = 2): number {
  const applied = requests.filter(({ verb, code }) => verb === "patch" && code === 201);
  if (applied.length !== count)
    throw new Error(`${applied.length} children were created instead of ${count}: ${describe(requests)}`);
  return Math.max(...applied.map(({ doneAt }) => doneAt));
}

export function describe(requests: readonly TimedRequest[]): string {
  return requests.map(({ verb, uri, code }) => `${verb} ${uri} (${code})`).join(", ");
}

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: unknown;
  /** RFC 3339 with microseconds. */
  readonly stageTimestamp: string;
}

function toRequest(event: AuditEvent): TimedRequest {
  const { verb, requestURI, objectRef, responseStatus, requestObject, stageTimestamp } = event;
  const [seconds = "", fraction = "0"] = stageTimestamp.replace("Z", "").split(".");
  return {
    uri: requestURI,
    verb,
    resource: objectRef?.resource ?? "",
    code: responseStatus?.code ?? 0,
    body: requestObject,
    doneAt: Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000,
  };
}

async function readFrom(path: string, from: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.max(0, size - from));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
