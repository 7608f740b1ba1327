/**
 * One POST, and POSTs until one is accepted. On `node:http`, for Node's fetch can be configured only process-wide
 * authorities to trust, and without following redirects, for a sink has none.
 *
 * @module
 */
import { type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { rootCertificates } from "node:tls";
import pRetry from "p-retry";

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** PEM, besides the usual authorities. */
  readonly caCerts: string | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The start of the body, for messages. */
  readonly text: string;
}

/** @throws {Error} if there is no answer, also once `signal` is aborted */
export function post({ url, headers, body, caCerts }: Post, signal: AbortSignal): Promise<Reply> {
  const secure = url.protocol === "https:";
  const trust = secure && caCerts !== null ? { ca: [...rootCertificates, caCerts] } : {};
  const send = secure ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
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
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, text: text.slice(0, 1_000).trim() });
      });
    });
    request.end(body);
  });
}

/**
 * Transient answers. 404 is among them: until Knative has programmed the way to a new Service, that is what its
 * gateway says, and the first resync is sent just then.
 */
const TRANSIENT: ReadonlySet<number> = new Set([404, 408, 425, 429, 502, 503, 504]);

export interface PersistOptions {
  /** Waits between attempts; rejects once the time is over. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Called after every attempt that is followed by another. */
  readonly onRetry: (why: string, seconds: number) => void;
}

/** No answer that ends the matter came before the time was over. */
export class NotAcceptedError extends Error {
  override readonly name = "NotAcceptedError";
}

/** An attempt that another may follow; the message says what happened. */
class TransientError extends Error {
  override readonly name = "TransientError";
  /** What the server asked for. */
  readonly seconds: number;

  constructor(message: string, seconds: number, options?: ErrorOptions) {
    super(message, options);
    this.seconds = seconds;
  }
}

/**
 * Sends until an answer is no transient one, with growing pauses, at least as long as the server asks for.
 *
 * @throws {NotAcceptedError} when time is over; its message has what happened last
 */
export async function postUntilAnswered(request: Post, options: PersistOptions): Promise<Reply> {
  const { signal, wait, onRetry } = options;
  let last = "no answer";
  try {
    return await pRetry(() => attempt(request, signal), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 500,
      factor: 2,
      maxTimeout: 10_000,
      signal,
      onFailedAttempt: async ({ error, retryDelay }) => {
        last = error.message;
        if (signal.aborted) return;
        const asked = error instanceof TransientError ? error.seconds * 1_000 : 0;
        onRetry(last, Math.max(asked, retryDelay) / 1_000);
        if (asked > retryDelay) await wait(asked - retryDelay);
      },
    });
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new NotAcceptedError(last, { cause });
  }
}

async function attempt(request: Post, signal: AbortSignal): Promise<Reply> {
  let reply: Reply;
  try {
    reply = await post(request, signal);
  } catch (error) {
    throw new TransientError(messageOf(error), 0, { cause: error });
  }
  if (!TRANSIENT.has(reply.status)) return reply;
  const seconds = Number(reply.headers["retry-after"] ?? 0);
  const asked = Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
  throw new TransientError(`answer ${reply.status} ${reply.text}`.trim(), asked);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, the reasons are inside.
  const inner = error instanceof AggregateError ? error.errors.map(String).join("; ") : error.message;
  return inner || error.name;
}
