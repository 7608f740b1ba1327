/**
 * One push over OTLP/HTTP: a request that is bounded in time, and an answer that is bounded in size.
 *
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 *
 * @module
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { cut, plain } from "../../schema/shown.ts";
import { isRecord } from "../../schema/unknown.ts";
import type { Target } from "../settings.ts";

/** `accepted` may come with what the receiver had to say. `refused`: the same again would be refused again. */
export type PushResult =
  | { readonly status: "accepted"; readonly warning: string | null }
  | { readonly status: "unavailable"; readonly why: string; readonly retryAfterSeconds: number | null }
  | { readonly status: "refused"; readonly why: string };

/** Bytes of an answer that are read. */
const ANSWER_LIMIT = 64 * 1024;
const RETRYABLE = [429, 502, 503, 504];

/** Pushes a body to the receiver. Never rejects. */
export async function post(target: Target, body: object, timeoutMs = target.timeoutMs): Promise<PushResult> {
  const { promise, resolve } = Promise.withResolvers<PushResult>();
  let request: ClientRequest | undefined;
  let response: IncomingMessage | undefined;
  const end = (result: PushResult) => {
    clearTimeout(timer);
    resolve(result);
    request?.destroy();
  };
  const unavailable = (why: string): PushResult => ({ status: "unavailable", why, retryAfterSeconds: null });
  const timer = setTimeout(() => {
    // Whoever has said 2xx has the data, though he goes on talking.
    end(response === undefined ? unavailable(`no answer in ${timeoutMs} ms`) : resultOf(response, ""));
  }, timeoutMs);
  timer.unref();
  try {
    const { bytes, encoding } = await encode(body, target.compresses);
    const { url, tls, headers } = target;
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    request = send(url, {
      method: "POST",
      ...tls,
      // A kept connection would often be closed by the time of the next push.
      agent: false,
      headers: {
        ...headers,
        ...encoding,
        "content-type": "application/json",
        "content-length": bytes.length,
        "user-agent": "traefik-cert-rotater",
      },
    });
    request.on("error", (error) =>
      end(response === undefined ? unavailable(error.message) : resultOf(response, "")),
    );
    request.on("response", (incoming) => {
      response = incoming;
      readAnswer(incoming, (text) => end(resultOf(incoming, text)));
    });
    request.end(bytes);
  } catch (error) {
    end(unavailable(error instanceof Error ? error.message : String(error)));
  }
  return promise;
}

async function encode(
  body: object,
  compresses: boolean,
): Promise<{ bytes: Buffer; encoding: Record<string, string> }> {
  const bytes = Buffer.from(JSON.stringify(body));
  if (!compresses) return { bytes, encoding: {} };
  const { gzipSync } = await import("node:zlib");
  return { bytes: gzipSync(bytes), encoding: { "content-encoding": "gzip" } };
}

function readAnswer(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > ANSWER_LIMIT) done("");
  });
  response.on("error", () => done(""));
  response.on("end", () => done(Buffer.concat(chunks).toString("utf8")));
}

function resultOf({ statusCode = 0, headers }: IncomingMessage, text: string): PushResult {
  if (statusCode >= 200 && statusCode < 300) return { status: "accepted", warning: partialSuccess(text) };
  const why = `it answered ${statusCode}${text === "" ? "" : `: ${plain(text, 200)}`}`;
  if (!RETRYABLE.includes(statusCode)) return { status: "refused", why };
  return { status: "unavailable", why, retryAfterSeconds: secondsOf(headers["retry-after"]) };
}

/** A number of seconds, or a date. */
function secondsOf(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const time = Date.parse(retryAfter);
  return Number.isNaN(time) ? null : Math.max(0, (time - Date.now()) / 1000);
}

/** What of the push was not taken; null where everything was. */
function partialSuccess(text: string): string | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(answer) || !isRecord(answer.partialSuccess)) return null;
  const { rejectedDataPoints, rejectedSpans, errorMessage } = answer.partialSuccess;
  const rejected = Number(rejectedDataPoints ?? rejectedSpans ?? 0);
  return rejected > 0 ? `it left out ${rejected}: ${cut(String(errorMessage ?? ""), 200)}` : null;
}
