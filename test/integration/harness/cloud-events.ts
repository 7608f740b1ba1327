/**
 * CloudEvents as people and Knative send them, in binary mode.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";

export interface CloudEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly extensions?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

const RESYNC = "io.traefik-cert-rotater.resync";

/** What the CronJob, `kn event send` and the CLI send. */
export function resyncEvent(data?: object): CloudEvent {
  return data === undefined ? { type: RESYNC } : { type: RESYNC, data };
}

/** What an ApiServerSource in reference mode sends. */
export function changeEvent(
  verb: "add" | "update" | "delete",
  object: { apiVersion: string; kind: string; namespace: string; name: string },
): CloudEvent {
  return { type: `dev.knative.apiserver.ref.${verb}`, data: object };
}

const agent = new Agent({ keepAlive: true });

/** Sends an event; resolves with the answer, rejects where none comes. `signal` hangs up. */
export function post(url: string, event: CloudEvent, signal?: AbortSignal): Promise<HttpAnswer> {
  const body = event.data === undefined ? "" : JSON.stringify(event.data);
  const headers: Record<string, string | number> = {
    "ce-specversion": "1.0",
    "ce-id": randomUUID(),
    "ce-source": "/integration-test",
    "ce-type": event.type,
    "content-length": Buffer.byteLength(body),
    ...(event.data === undefined ? {} : { "content-type": "application/json" }),
  };
  for (const [name, value] of Object.entries(event.extensions ?? {})) headers[`ce-${name}`] = value;
  return send(url, { headers, body, ...(signal === undefined ? {} : { signal }) });
}

/** Any request to the function. */
export function send(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string | number>>;
    readonly body?: string | Buffer;
    readonly signal?: AbortSignal;
  },
): Promise<HttpAnswer> {
  const { method = "POST", headers = {}, body = "", signal } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent, ...(signal === undefined ? {} : { signal }) });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers["retry-after"] ?? null,
          body: text,
        }),
      );
    });
    outgoing.end(body);
  });
}
