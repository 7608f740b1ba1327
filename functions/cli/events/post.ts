/**
 * One POST, and POSTs until one is accepted. On `node:http`, for Node's fetch cannot be told what authorities to
 * trust, and without following redirects, for a sink has none.
 *
 * @module
 */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { rootCertificates } from "node:tls";
import { HELD_HEADER } from "../../answer.ts";

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** PEM, besides the usual authorities. */
  readonly caCerts: string | null;
}

export interface Reply {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  /** Deletions that the function held back. */
  readonly held: number;
  /** The start of the body, for messages. */
  readonly text: string;
}

/** @throws {Error} if there is no answer, also once `signal` is aborted */
export function post({ url, headers, body, caCerts }: Post, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === "https:";
    const trust = secure && caCerts !== null ? { ca: [...rootCertificates, caCerts] } : {};
    const send = secure ? requestHttps : requestHttp;
    const request = send(url, {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      signal,
      ...trust,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (text.length < 1_000) text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        const seconds = Number(response.headers["retry-after"] ?? Number.NaN);
        const retryAfterSeconds = Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
        const held = Number(response.headers[HELD_HEADER] ?? 0) || 0;
        const { statusCode: status = 0 } = response;
        resolve({ status, retryAfterSeconds, held, text: text.slice(0, 1_000).trim() });
      });
    });
    request.end(body);
  });
}

/**
 * Passing answers. 404 is among them: until Knative has programmed the way to a new Service, that is what its
 * gateway says, and the first resync is sent just then.
 */
const PASSING: ReadonlySet<number> = new Set([404, 408, 425, 429, 502, 503, 504]);

export interface PersistOptions {
  /** Waits between attempts; rejects once the time is over. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Told of every attempt that is followed by another. */
  readonly onRetry: (why: string, seconds: number) => void;
}

/** No answer that ends the matter came before the time was over. */
export class NotAcceptedError extends Error {
  override readonly name = "NotAcceptedError";
}

/**
 * Sends until an answer is no passing one, with growing pauses, at least as long as the server asks for.
 *
 * @throws {NotAcceptedError} when time is over; its message has what happened last
 */
export async function postUntilAnswered(request: Post, options: PersistOptions): Promise<Reply> {
  for (let attempt = 0; ; attempt++) {
    const result = await post(request, options.signal).catch((error: unknown) => toError(error));
    if (!(result instanceof Error) && !PASSING.has(result.status)) return result;
    const why = result instanceof Error ? result.message : `answer ${result.status} ${result.text}`.trim();
    if (options.signal.aborted) throw new NotAcceptedError(why);
    const asked = result instanceof Error ? null : result.retryAfterSeconds;
    const seconds = Math.max(asked ?? 0, Math.min(10, 0.5 * 2 ** attempt));
    options.onRetry(why, seconds);
    try {
      await options.wait(seconds * 1_000);
    } catch (cause) {
      throw new NotAcceptedError(why, { cause });
    }
  }
}

function toError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  // Where a name has several addresses, the reasons are inside.
  const inner = error instanceof AggregateError ? error.errors.map(String).join("; ") : error.message;
  return new Error(inner || error.name, { cause: error });
}
