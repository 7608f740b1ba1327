/**
 * Stands before Pebble. It counts the orders, refuses what Let's Encrypt refuses and Pebble does not (a name that a wildcard
 * of the same order covers), and refuses more where a test says so. All else passes unchanged, the Host header too, of
 * which Pebble makes its addresses.
 *
 * @module
 */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { KeyedCertificate } from "../../control-plane/certificates.ts";

/** What an ACME server answers where it refuses (RFC 8555, section 6.7). */
export interface Refusal {
  readonly status: number;
  /** What follows `urn:ietf:params:acme:error:`, such as `rateLimited`. */
  readonly type: string;
  readonly detail: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

export interface AcmeFront {
  /** Of the directory, for `spec.acme.server` of an issuer. */
  readonly directory: string;
  /** The names of every order so far, each sorted, refused ones too. */
  readonly orders: readonly (readonly string[])[];
  /** Says which orders are refused besides; null: none. */
  refuses: ((names: readonly string[]) => Refusal | null) | null;
  /** Whether connections end without an answer, as where the server cannot be reached. */
  isUnreachable: boolean;
  stop(): Promise<void>;
}

/** Pebble's path for new orders. */
const NEW_ORDER = "/order-plz";

/** Starts it before the Pebble at `port`, with `certificate` for 127.0.0.1, which `authority` of Pebble's has issued. */
export async function startAcmeFront(
  port: number,
  certificate: KeyedCertificate,
  authorityPem: string,
): Promise<AcmeFront> {
  const orders: (readonly string[])[] = [];
  const refusalOf = (names: readonly string[]) => redundancy(names) ?? front.refuses?.(names) ?? null;
  const server = createServer(
    { cert: certificate.certPem, key: certificate.keyPem },
    async (incoming, outgoing) => {
      if (front.isUnreachable) return void outgoing.destroy();
      const body = await buffer(incoming);
      const names = incoming.url === NEW_ORDER ? namesOf(body) : null;
      const refusal = names === null ? null : refusalOf(names);
      if (refusal !== null) {
        if (names !== null) orders.push(names);
        const { status, type, detail, retryAfter } = refusal;
        if (retryAfter !== undefined) outgoing.setHeader("retry-after", retryAfter);
        outgoing
          .writeHead(status, { "content-type": "application/problem+json" })
          .end(JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail, status }));
        return;
      }
      forward(incoming, body, port, authorityPem)
        .then((answer) => {
          // A request whose nonce was used up is repeated, and is no other order.
          if (names !== null && answer.statusCode === 201) orders.push(names);
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        })
        .catch(() => outgoing.destroy());
    },
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const front: AcmeFront = {
    directory: `https://127.0.0.1:${(server.address() as AddressInfo).port}/dir`,
    orders,
    refuses: null,
    isUnreachable: false,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return front;
}

/** The names that a signed request asks for. */
function namesOf(signed: Buffer): string[] {
  const { payload } = JSON.parse(signed.toString()) as { payload: string };
  const { identifiers } = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
    identifiers: { value: string }[];
  };
  return identifiers.map(({ value }) => value).sort();
}

/** Let's Encrypt's rule, in its words. */
function redundancy(names: readonly string[]): Refusal | null {
  const covered = names.find((name) => !name.startsWith("*.") && names.includes(name.replace(/^[^.]+/, "*")));
  if (covered === undefined) return null;
  return {
    status: 400,
    type: "malformed",
    detail: `Domain name "${covered}" is redundant with a wildcard domain in the same request. Remove one or the other from the certificate request.`,
  };
}

function forward(
  { method, url: path, headers }: IncomingMessage,
  body: Buffer,
  port: number,
  ca: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpsRequest({ host: "127.0.0.1", port, method, path, headers, ca }, resolve)
      .on("error", reject)
      .end(body);
  });
}
