/**
 * Sends route batches of a resync as CloudEvents in binary mode.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Logger } from "../log.ts";
import type { RouteBatch, SendRouteBatch } from "../work.ts";
import { RESYNC_TYPE } from "./to-work.ts";

const SOURCE = "/traefik-cert-rotater/function";
/** A sink that does the work before it answers needs the time for a batch. */
const TIMEOUT_MS = 120_000;

export interface RouteBatchSenderOptions {
  readonly sink: URL;
  readonly log: Logger;
  /** The token to show to the sink; null where it asks for none. */
  readonly readToken: () => Promise<string | null>;
  /** Of the span that sends, for the batch to be a part of its trace; null where there is none. */
  readonly traceparent?: () => string | null;
}

/** Sends a batch through the sink; a refusal or a fault is logged and means that the batch is done here. */
export function createRouteBatchSender(options: RouteBatchSenderOptions): SendRouteBatch {
  const { sink, log, readToken, traceparent = () => null } = options;
  return async (batch) => {
    try {
      const status = await post(sink, batch, { token: await readToken(), traceparent: traceparent() });
      if (status >= 200 && status < 300) return true;
      log.warn(
        { run: batch.run, cursor: batch.cursor, status },
        "batch refused by the sink; it is done here",
      );
    } catch (error) {
      log.warn({ run: batch.run, cursor: batch.cursor, err: error }, "batch not sent; it is done here");
    }
    return false;
  };
}

function post(
  sink: URL,
  batch: RouteBatch,
  { token, traceparent }: { readonly token: string | null; readonly traceparent: string | null },
): Promise<number> {
  const body = JSON.stringify({ batch });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "ce-specversion": "1.0",
    "ce-id": randomUUID(),
    "ce-source": SOURCE,
    "ce-type": RESYNC_TYPE,
    ...(traceparent === null ? {} : { traceparent, "ce-traceparent": traceparent }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const send = sink.protocol === "https:" ? requestHttps : requestHttp;
    const request = send(sink, { method: "POST", headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    request.on("error", reject);
    request.on("response", (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.end(body);
  });
}
